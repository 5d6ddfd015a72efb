"""A message on a platform with texts and reactions, without buttons and menus."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.core.errors import PlatformRefused
from bot.core.events import AnsweredText, IncomingMessage, MemberKey, MessageRef
from bot.core.unicode_repair import repair_text

DUPLICATE_REACTION = "duplicate_reaction"
"""The refusal of a reaction that is there already."""


class TextResponder(Protocol):
    """The means to answer one message; each raises ``PlatformRefused`` with a name."""

    async def say(self, text: str, purpose: str = "answer") -> str:
        """Reply with a text, once for each purpose; return the reply's id."""
        ...

    async def send_file(self, content: bytes, name: str, caption: str) -> None:
        """Reply with a JSON file."""
        ...

    async def react(self, emoji: str, reply: str | None = None) -> str:
        """Put an emoji on the message, or on a reply to it; return the reaction's id."""
        ...


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message, with what only its adapter knows."""

    incoming: IncomingMessage
    """Without the text that it answers; ``requested`` in a private chat."""
    is_by_person: bool
    """False for what a bot wrote."""
    sent_at: float
    """Seconds since the epoch."""
    is_admin: bool
    """True if its author may change the settings."""
    replied_ref: MessageRef | None
    """The message that it replies to."""
    fetch_replied: Callable[[], Awaitable[AnsweredText]]
    """Fetches the text that it replies to, or raises ``PlatformRefused``."""
    with_member_keys: Callable[[str], str]
    """Puts member keys in the place of the members that a text names."""
    responder: TextResponder

    @property
    def ref(self) -> MessageRef:
        """Its ref."""
        return self.incoming.ref

    @property
    def member(self) -> MemberKey:
        """Its author."""
        return self.incoming.author

    @property
    def is_private(self) -> bool:
        """True in a private chat."""
        return self.incoming.requested

    async def replied_text(self) -> AnsweredText | None:
        """Return the text that it replies to; None if that is nothing, or gone."""
        try:
            replied = await self.fetch_replied() if self.replied_ref else None
        except PlatformRefused:
            return None
        return replied and replace(replied, text=repair_text(replied.text))
