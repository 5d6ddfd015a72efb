"""Rooms: invitations, their creators, and what the bot cannot read there."""

import logging
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from bot.adapters.matrix import events
from bot.adapters.matrix.context import AdapterContext
from bot.i18n import localize

logger = logging.getLogger(__name__)


class Rooms:
    """The rooms of the account."""

    def __init__(self, context: AdapterContext) -> None:
        self._context = context

    def observe(self, room: str, found: Iterable[Any]) -> None:
        """Remember what events of the library tell about a room."""
        for event in found:
            if event.source.get("type") == "m.room.create":
                self._context.observe_creation(room, event.source)

    async def on_invitation(self, room: str) -> None:
        """Join a room if the settings permit the inviter; else decline."""
        gateway = self._context.gateway
        invited = gateway.client.invited_rooms.get(room)
        inviter = str(invited.inviter) if invited and invited.inviter else ""
        if is_permitted(inviter, self._context.settings.invite_from, gateway.user):
            call = partial(gateway.client.join, room)
        else:
            logger.info("an invitation was declined: matrix.invite_from does not permit it")
            call = partial(gateway.client.room_leave, room)
        await self._context.attempt(gateway.request(call))

    async def on_encrypted(self, room: str) -> None:
        """Say once that the messages of a room cannot be read."""
        if await self._context.store.admin_notices.claim(events.ref(room, ""), "encrypted"):
            text = localize("notice.encrypted", await self._context.language(room))
            content = {"msgtype": "m.notice", "body": text}
            sending = self._context.gateway.send(room, "m.room.message", content, "encrypted")
            await self._context.attempt(sending)


def is_permitted(inviter: str, patterns: tuple[str, ...], me: str) -> bool:
    """Return if one of the patterns permits a user; without any, the bot's own server does."""
    own_server = f"*:{me.partition(':')[2]}"
    return any(fnmatchcase(inviter, pattern) for pattern in patterns or (own_server,))
