"""The events of a synchronization, and the work that each one is."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any, cast

from bot.adapters.intake import Intake
from bot.adapters.matrix import events
from bot.adapters.matrix.events import Event, ref, text_field
from bot.adapters.matrix.messages import read_message
from bot.adapters.matrix.rooms import Rooms
from bot.adapters.related_reactions import RelatedReactions
from bot.adapters.text_platform.intake import TextIntake
from bot.core.unicode_repair import repair_json

COMMAND_PREFIX = "!"


class Inbox:
    """Begins the work on events."""

    def __init__(self, rooms: Rooms, intake: Intake) -> None:
        self._rooms = rooms
        self._intake = intake
        self._me = rooms.gateway.user
        me = rooms.services.member(self._me)
        self._texts = TextIntake(rooms.services, intake, me, COMMAND_PREFIX)
        self._reactions = RelatedReactions(rooms.services, intake)

    def accept(self, response: Any, *, news: bool) -> list[asyncio.Task[None]]:  # noqa: ANN401
        """Begin the work on a response of the library, and return its tasks.

        Without ``news`` the events are from before the first start: only invitations count.
        """
        tasks = [
            self._intake.submit(ref(room, ""), partial(self._rooms.answer_invitation, room))
            for room in response.rooms.invite
        ]
        for room, info in response.rooms.join.items():
            self._rooms.observe(room, (*info.state, *info.timeline.events))
            timeline = events.since_join(info.timeline.events, self._me)
            for event in timeline if news else ():
                with suppress(KeyError, TypeError, AttributeError):  # events of unknown form
                    tasks.append(self._begin(room, cast(Event, repair_json(event.source))))
        return [task for task in tasks if task is not None]

    def _begin(self, room: str, event: Event) -> asyncio.Task[None] | None:
        is_own, member = event["sender"] == self._me, self._rooms.services.member(event["sender"])
        match event["type"]:
            case "m.room.message" | "m.sticker" if not is_own and not events.is_edit(event):
                return self._texts.accept(read_message(self._rooms, room, event))
            case "m.reaction" if not is_own:
                relation = events.field(event, "content", "m.relates_to")
                target = ref(room, text_field(relation, "event_id"))
                key = text_field(relation, "key")
                work = partial(self._reactions.react, target, event["event_id"], member, key)
            case "m.room.redaction":
                redacted = text_field(event, "redacts") or text_field(event, "content", "redacts")
                actor = None if is_own else member
                work = partial(self._reactions.remove, ref(room, redacted), actor)
            case "m.room.encrypted":
                work = partial(self._rooms.report_encryption, room)
            case _:
                return None
        # The ids of reactions say nothing of their messages: those of a room stay in order.
        return self._intake.submit(ref(room, ""), work)
