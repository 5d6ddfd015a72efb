"""What the adapter works with, from its start to its end."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import discord
from cachetools import LRUCache

from bot.adapters.discord.events import NAME
from bot.adapters.discord.invalid_request_guard import InvalidRequestGuard
from bot.config.settings import DiscordSettings, PrivacySettings
from bot.core.events import MemberKey, MessageRef
from bot.core.members.privacy import PrivacyCommands, Retention
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import Service
from bot.database.store import SqlStore

Interaction = discord.Interaction[Any]
"""Of a client of ours, which has ``context``."""

REPLIES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """Outlives every connection."""

    service: Service
    store: SqlStore
    pseudonyms: Pseudonyms
    settings: DiscordSettings
    privacy: PrivacySettings
    request_guard: InvalidRequestGuard = field(default_factory=InvalidRequestGuard)
    answered_refs: LRUCache[MessageRef, MessageRef] = field(
        default_factory=lambda: LRUCache(REPLIES_KEPT)
    )
    """The bot's own messages with buttons -> the message that each one answers."""

    last_answered: LRUCache[str, str] = field(default_factory=lambda: LRUCache(REPLIES_KEPT))
    """Chat -> the message there that the bot answered last."""
    commands_registered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once Discord knows the commands."""

    @property
    def reactions(self) -> ReactionFeedback:
        """What turns choices into feedback."""
        return ReactionFeedback(self.service)

    @property
    def privacy_commands(self) -> PrivacyCommands:
        """The privacy commands; Discord must permit that texts are stored."""
        text_days = self.privacy.text_retention_days if self.settings.training_permitted else None
        retention = Retention(self.privacy.retention_days, text_days)
        return PrivacyCommands(NAME, self.service.member_requests, retention)

    def member(self, user: int) -> MemberKey:
        """The key of a Discord user."""
        return self.pseudonyms.key(NAME, str(user))


def context_of(interaction: Interaction) -> AdapterContext:
    """What the client works with that got the interaction."""
    context: AdapterContext = interaction.client.context
    return context
