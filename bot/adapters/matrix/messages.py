"""Messages of a room: as the core takes them, and answers to them."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.adapters.matrix import events
from bot.adapters.matrix.gateway import Gateway
from bot.adapters.matrix.rooms import Rooms
from bot.adapters.text_platform.message import TextMessage
from bot.core.events import AnsweredText, IncomingMessage, TextOrigin

REACTION_SECONDS = 10.0
"""Pauses for rate limits included: a later reaction is worse than none."""
PRESS_SECONDS = 5.0
"""For each reaction to press: while the limit is reached the others are left out."""
_USER = re.compile(r"@[^\s:]+:\S+")


def read_message(rooms: Rooms, room: str, event: events.Event) -> TextMessage:
    """Return a message of a person."""
    services, sender = rooms.services, event["sender"]
    private, replied = rooms.is_private(room), events.replied_event(event)
    incoming = IncomingMessage(
        ref=events.ref(room, event["event_id"]),
        author=services.member(sender),
        text=events.visible_text(event),
        addressed=private or events.mentions(event, rooms.gateway.user),
        requested=private,
        has_picture=events.has_picture(event),
        may_store_text=event["type"] != "m.sticker",
    )
    return TextMessage(
        incoming,
        is_by_person=events.text_field(event, "content", "msgtype") != "m.notice",
        sent_at=event["origin_server_ts"] / 1000,
        is_admin=rooms.is_admin(room, sender),
        replied_ref=events.ref(room, replied) if replied else None,
        fetch_replied=partial(_fetch, rooms, room, replied),
        with_member_keys=lambda text: _USER.sub(lambda user: services.member(user[0]), text),
        responder=Responder(rooms.gateway, room, event),
    )


async def _fetch(rooms: Rooms, room: str, event: str) -> AnsweredText:
    request = partial(rooms.gateway.client.room_get_event, room, event)
    found = (await rooms.gateway.request(request)).event.source
    origin = TextOrigin(rooms.services.member(found["sender"]))
    return AnsweredText(events.visible_text(found), origin)


@dataclass(frozen=True, slots=True)
class Responder:
    """A ``TextResponder`` for one message."""

    gateway: Gateway
    room: str
    event: events.Event

    async def say(self, text: str, purpose: str = "answer") -> str:
        """Reply with a notice, once for each purpose; return its id."""
        return await self._send(events.notice(text), purpose)

    async def send_file(self, content: bytes, name: str, caption: str) -> None:
        """Reply with a JSON file."""
        url = await self.gateway.upload(content, name, "application/json")
        info = {"mimetype": "application/json", "size": len(content)}
        file = {"msgtype": "m.file", "body": caption, "filename": name, "url": url, "info": info}
        await self._send(file, "file")

    async def react(self, emoji: str, reply: str | None = None) -> str:
        """Put an emoji on the message, or on a reply to it; return the reaction's id."""
        target = reply or self.event["event_id"]
        relation = {"rel_type": "m.annotation", "event_id": target, "key": emoji}
        content = {"m.relates_to": relation}
        seconds = PRESS_SECONDS if reply else REACTION_SECONDS
        return await self.gateway.send(
            self.room, "m.reaction", content, f"{emoji} {target}", seconds
        )

    async def _send(self, content: dict[str, Any], purpose: str) -> str:
        relation = {"m.mentions": {}, "m.relates_to": events.reply_relation(self.event)}
        transaction = f"{purpose} {self.event['event_id']}"
        return await self.gateway.send(self.room, "m.room.message", content | relation, transaction)
