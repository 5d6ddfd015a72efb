"""A text command with the message that gives it."""

from dataclasses import dataclass

from bot.adapters.services import PlatformServices
from bot.adapters.text_platform.message import TextMessage
from bot.core.events import MemberKey, MessageRef
from bot.i18n import localize


@dataclass(frozen=True, slots=True)
class TextCommand:
    """A command of a member."""

    services: PlatformServices
    message: TextMessage
    argument: str
    """The text after the command's name."""
    language: str

    @property
    def ref(self) -> MessageRef:
        """The message that gives the command."""
        return self.message.ref

    @property
    def member(self) -> MemberKey:
        """The member who gives it."""
        return self.message.member

    def localize(self, key: str, **values: object) -> str:
        """Return the text under ``key``."""
        return localize(key, self.language, **values)

    async def replied_content(self) -> bytes:
        """Return the text that the command replies to, as the content of a file."""
        replied = await self.message.replied_text()
        return replied.text.encode() if replied else b""
