"""The three small interfaces through which the core reaches the world."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.core.events import Feedback, IncomingMessage, MemberKey, MessageRef, Outcome
from bot.core.policy import ChatSettings
from model import Prediction


class ChatPlatform(Protocol):
    """What the service asks of an adapter."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show canonical ``emojis`` on the message.

        Raises:
            Refused: the platform said no, with a named reason.
        """
        ...


class EmojiPredictor(Protocol):
    """Predicts off the event loop; see ``bot.core.batching``."""

    @property
    def version(self) -> str:
        """The artifact version that answers now."""
        ...

    @property
    def threshold(self) -> float:
        """The least score at which that artifact recommends to speak, 0 to 1."""
        ...

    async def predict(
        self, text: str, k: int, candidates: Collection[str] | None
    ) -> list[Prediction]:
        """Top ``k`` for one text, best first; empty where there is nothing to go on.

        Raises:
            Overloaded: the queue is full.
        """
        ...


class Store(Protocol):
    """What the service remembers between messages."""

    async def settings(self, ref: MessageRef) -> ChatSettings:
        """The settings that hold in this chat."""
        ...

    async def opted_out(self, platform: str, member: MemberKey) -> bool:
        """Whether the member asked not to be answered or recorded."""
        ...

    async def record(self, message: IncomingMessage, outcome: Outcome, version: str) -> None:
        """Write one row for an answered or scored message, once per message reference."""
        ...

    async def shown(self, ref: MessageRef) -> tuple[str, ...]:
        """The emojis that the bot showed on a message; empty where it did not answer."""
        ...

    async def add_feedback(self, feedback: Feedback) -> bool:
        """Insert, update or withdraw; False where the message is unknown."""
        ...

    async def delete_message(self, ref: MessageRef) -> None:
        """The message is gone from its platform: forget its prediction and feedback."""
        ...

    async def forget(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member; the number of rows erased."""
        ...

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        """Record or revoke an opt-out."""
        ...
