"""The services of the bot, as the adapter of one platform uses them."""

from dataclasses import dataclass

from bot.adapters.components import Components
from bot.adapters.stored_ids import stored_id
from bot.core.connection import Connection
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey, MessageRef
from bot.core.members.privacy import PrivacyCommands, Retention
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import Service
from bot.core.rules.commands import RuleCommands
from bot.database.store import SqlStore
from bot.i18n import FALLBACK


@dataclass(frozen=True, slots=True)
class PlatformServices:
    """The components, with what depends on the platform."""

    platform: str
    """The platform's name."""
    components: Components
    retention: Retention
    """Of what is stored about members; without days for texts if the platform forbids them."""

    @property
    def service(self) -> Service:
        """The core."""
        return self.components.service

    @property
    def store(self) -> SqlStore:
        """The database."""
        return self.components.store

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms of all platforms."""
        return self.components.pseudonyms

    @property
    def connection(self) -> Connection:
        """The state of the platform's connection, for health checks."""
        return self.components.connections[self.platform]

    @property
    def reactions(self) -> ReactionFeedback:
        """The conversion of reactions into feedback."""
        return ReactionFeedback(self.service)

    @property
    def privacy_commands(self) -> PrivacyCommands:
        """The privacy commands."""
        return PrivacyCommands(self.platform, self.service.member_requests, self.retention)

    @property
    def rule_commands(self) -> RuleCommands:
        """The rule commands."""
        return RuleCommands(self.store.rules)

    def member(self, user: str) -> MemberKey:
        """Return the key of a user of the platform."""
        return self.pseudonyms.key(self.platform, user)

    def ref(self, community: str, chat: str, message: str) -> MessageRef:
        """Return the ref of a message, from the platform's ids."""
        return MessageRef(self.platform, *map(stored_id, (community, chat, message)))

    async def language(self, ref: MessageRef, parent_chat: str = "") -> str:
        """Return the language of a chat's settings; the fallback while the store is away."""
        try:
            return (await self.store.chat_settings.get(ref, parent_chat)).language
        except StoreFailed:
            return FALLBACK
