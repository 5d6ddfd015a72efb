"""Services and state of the adapter."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import discord
from cachetools import LRUCache, TTLCache

from bot.adapters.discord.application_emojis import ApplicationEmojis
from bot.adapters.discord.emojis import Emojis
from bot.adapters.discord.events import NAME
from bot.adapters.discord.invalid_request_guard import InvalidRequestGuard
from bot.config.sections import DiscordSettings, PrivacySettings
from bot.core.connection import Connection
from bot.core.events import MemberKey
from bot.core.members.privacy import PrivacyCommands
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import Service
from bot.core.rules.commands import RuleCommands
from bot.database.store import SqlStore

Interaction = discord.Interaction[Any]
"""An interaction of a ``Client``, which has ``context``."""

MAX_CACHED_REFS = 10_000
MAX_UNKNOWN_EMOJIS = 1000
UNKNOWN_EMOJI_SECONDS = 86_400.0
"""Time for which an emoji that Discord did not know is not tried again."""


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """Services and state that outlive a connection."""

    service: Service
    store: SqlStore
    pseudonyms: Pseudonyms
    settings: DiscordSettings
    privacy: PrivacySettings
    connection: Connection = field(default_factory=Connection)
    request_guard: InvalidRequestGuard = field(default_factory=InvalidRequestGuard)
    last_answered: LRUCache[str, str] = field(default_factory=lambda: LRUCache(MAX_CACHED_REFS))
    """Chat id -> id of the message there that the bot answered last."""
    unknown_emojis: TTLCache[str, None] = field(
        default_factory=lambda: TTLCache(MAX_UNKNOWN_EMOJIS, UNKNOWN_EMOJI_SECONDS)
    )
    """Emojis newer than Discord, which refused them of late."""
    application_emojis: ApplicationEmojis = field(default_factory=ApplicationEmojis)
    proxy: str | None = None
    """The configured proxy."""
    commands_registered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the commands are registered."""

    @property
    def reactions(self) -> ReactionFeedback:
        """The conversion of reactions into feedback."""
        return ReactionFeedback(self.service)

    @property
    def privacy_commands(self) -> PrivacyCommands:
        """The privacy commands; Discord must permit that texts are stored."""
        retention = self.privacy.retention(texts=self.settings.training_permitted)
        return PrivacyCommands(NAME, self.service.member_requests, retention)

    @property
    def rule_commands(self) -> RuleCommands:
        """The rule commands."""
        return RuleCommands(self.store.rules)

    def emojis(self, guild: discord.Guild | None) -> Emojis:
        """Return the emojis of a server; None for a private chat."""
        return Emojis(guild, self.application_emojis)

    def member(self, user: int) -> MemberKey:
        """Return the key of a Discord user."""
        return self.pseudonyms.key(NAME, str(user))


def context_of(interaction: Interaction) -> AdapterContext:
    """Return the context of the client that received the interaction."""
    context: AdapterContext = interaction.client.context
    return context


def emojis_of(interaction: Interaction) -> Emojis:
    """Return the emojis of the server or private chat."""
    return context_of(interaction).emojis(interaction.guild)
