"""Services and state of the adapter."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from bot.adapters.components import Components
from bot.adapters.matrix import events
from bot.adapters.matrix.gateway import Gateway
from bot.config.sections import MatrixSettings, PrivacySettings
from bot.core.connection import Connection
from bot.core.errors import PlatformRefused, StoreFailed
from bot.core.events import MemberKey
from bot.core.members.privacy import PrivacyCommands, Retention
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import Service
from bot.database.store import SqlStore
from bot.i18n import FALLBACK

T = TypeVar("T")

PRIVATE_MEMBERS = 2
REPLY_TIMEOUT_SECONDS = 30.0
FIRST_VERSION_OF_CREATORS = 12
"""The first room version in which those who made a room may do everything."""


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """The services, with the connection to the homeserver."""

    components: Components
    settings: MatrixSettings
    privacy: PrivacySettings
    gateway: Gateway
    connection: Connection
    creators: dict[str, frozenset[str]] = field(default_factory=dict)
    """Room -> its creators, of the versions in which they have every right."""

    @property
    def service(self) -> Service:
        """The core."""
        return self.components.service

    @property
    def store(self) -> SqlStore:
        """The database."""
        return self.components.store

    @property
    def reactions(self) -> ReactionFeedback:
        """The conversion of reactions into feedback."""
        return ReactionFeedback(self.service)

    @property
    def privacy_commands(self) -> PrivacyCommands:
        """The privacy commands; on Matrix texts are stored under consent."""
        retention = Retention(self.privacy.retention_days, self.privacy.text_retention_days)
        return PrivacyCommands(events.NAME, self.service.member_requests, retention)

    def member(self, user: str) -> MemberKey:
        """Return the key of a Matrix user."""
        return self.components.pseudonyms.key(events.NAME, user)

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

    def observe_creation(self, room: str, event: Mapping[str, Any]) -> None:
        """Remember who made a room, of the versions in which it matters."""
        content = event["content"]
        version, more = content.get("room_version"), content.get("additional_creators") or ()
        if str(version).isdecimal() and int(version) >= FIRST_VERSION_OF_CREATORS:
            self.creators[room] = frozenset((event["sender"], *more))

    async def fetch(self, room: str, event: str) -> events.Event | None:
        """Return an event of a room; None if there is none."""
        call = partial(self.gateway.client.room_get_event, room, event)
        found = await self.attempt(self.gateway.request(call)) if event else None
        return found.event.source if found is not None else None

    async def attempt(self, call: Coroutine[Any, Any, T]) -> T | None:
        """Return the result of a request; None if it is refused, or takes too long."""
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_SECONDS):
                return await call
        except (PlatformRefused, TimeoutError):  # counted already
            return None

    async def language(self, room: str) -> str:
        """Return the language of a room's settings."""
        try:
            return (await self.store.chat_settings.get(events.ref(room, ""))).language
        except StoreFailed:
            return FALLBACK
