"""Rooms: who may do what in them, invitations, and what the bot cannot read there."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from bot.adapters.matrix.events import notice, ref
from bot.adapters.matrix.gateway import Gateway
from bot.adapters.services import PlatformServices
from bot.core.errors import PlatformRefused
from bot.i18n import localize

logger = logging.getLogger(__name__)

PRIVATE_MEMBERS = 2
FIRST_VERSION_OF_CREATORS = 12
"""The first room version in which those who made a room may do everything."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of the account, as the library knows them from the last synchronization."""

    services: PlatformServices
    gateway: Gateway
    invite_from: tuple[str, ...]
    creators: dict[str, frozenset[str]] = field(default_factory=dict)
    """Room -> its creators, of the versions in which they have every right."""

    def observe(self, room: str, found: Iterable[Any]) -> None:
        """Remember who made a room, of the versions in which it matters."""
        for event in (each.source for each in found if each.source.get("type") == "m.room.create"):
            version = str(event["content"].get("room_version"))
            if version.isdecimal() and int(version) >= FIRST_VERSION_OF_CREATORS:
                more = event["content"].get("additional_creators") or ()
                self.creators[room] = frozenset((event["sender"], *more))

    def is_private(self, room: str) -> bool:
        """Return True for a room of the bot and one other member."""
        known = self.gateway.client.rooms.get(room)
        return known is not None and known.member_count <= PRIVATE_MEMBERS

    def is_admin(self, room: str, user: str) -> bool:
        """Return True if a user may change the room's settings; everyone may in a private chat."""
        known = self.gateway.client.rooms.get(room)
        if known is None or user in self.creators.get(room, ()) or self.is_private(room):
            return known is not None
        levels = known.power_levels
        return bool(levels.get_user_level(user) >= levels.defaults.state_default)

    async def answer_invitation(self, room: str) -> None:
        """Join a room if the settings permit the inviter; else decline."""
        invited, client = self.gateway.client.invited_rooms.get(room), self.gateway.client
        inviter = str(invited.inviter) if invited and invited.inviter else ""
        answer = client.join
        if not is_permitted(inviter, self.invite_from, self.gateway.user):
            logger.info("an invitation was declined: matrix.invite_from does not permit it")
            answer = client.room_leave
        with suppress(PlatformRefused):
            await self.gateway.request(partial(answer, room))

    async def report_encryption(self, room: str) -> None:
        """Say once that the messages of a room cannot be read."""
        community = ref(room, "")
        if await self.services.store.admin_notices.claim(community, "encrypted"):
            text = localize("notice.encrypted", await self.services.language(community))
            with suppress(PlatformRefused):
                await self.gateway.send(room, "m.room.message", notice(text), "encrypted")


def is_permitted(inviter: str, patterns: tuple[str, ...], me: str) -> bool:
    """Return if one of the patterns permits a user; without any, the bot's own server does."""
    own_server = f"*:{me.partition(':')[2]}"
    return any(fnmatchcase(inviter, pattern) for pattern in patterns or (own_server,))
