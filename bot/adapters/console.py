"""The console as a platform: a line is a message, and the next may be feedback on the answer."""

import getpass
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MessageRef,
    Outcome,
)
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from model import Prediction
from model.emoji import canonical, is_emoji

PLATFORM = "console"


@dataclass(frozen=True, slots=True)
class ConsoleFeedback:
    """What a feedback line says."""

    kind: FeedbackKind
    emoji: str | None


@dataclass(frozen=True, slots=True)
class FeedbackAnswer:
    """Feedback, and what became of it."""

    word: ConsoleFeedback
    result: FeedbackResult


class ConsoleAdapter:
    """One person's conversation; every message is addressed to the bot."""

    name = PLATFORM

    def __init__(self, service: Service, pseudonyms: Pseudonyms) -> None:
        """Speak as the user of the operating system."""
        self._service = service
        self.member = pseudonyms.key(PLATFORM, _user())
        self._last: Outcome | None = None

    async def take(self, line: str) -> Outcome | FeedbackAnswer | None:
        """Handle one line; None for an empty one."""
        text = line.strip()
        if not text:
            return None
        if self._last is not None and (word := parse_feedback(text, self._last)):
            return FeedbackAnswer(word, await self._record_feedback(word, self._last.ref))
        ref = MessageRef(PLATFORM, PLATFORM, PLATFORM, uuid.uuid4().hex)
        message = IncomingMessage(ref, self.member, text, addressed=True)
        self._last = await self._service.on_message(message, self)
        return self._last

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Nothing to do: the outcome is shown as a whole."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """The same."""

    async def _record_feedback(self, word: ConsoleFeedback, ref: MessageRef) -> FeedbackResult:
        return await self._service.on_feedback(
            Feedback(
                ref,
                self.member,
                word.kind,
                word.emoji,
                FeedbackSource.CONSOLE,
                at=datetime.now(UTC),
            )
        )


def parse_feedback(text: str, outcome: Outcome) -> ConsoleFeedback | None:
    """``+``, ``-``, ``1`` to ``5`` or one emoji, as a word on the outcome; None for anything else.

    A number beyond the predictions, and any feedback on an answer without predictions but an
    emoji, is no feedback.
    """
    shown = outcome.shown[0] if outcome.shown else None
    if text == "+":
        return ConsoleFeedback(FeedbackKind.AGREE, shown)
    if text == "-":
        return ConsoleFeedback(FeedbackKind.DISLIKE, shown)
    if is_emoji(text):
        picked = canonical(text)
    elif len(text) == 1 and text in "12345" and int(text) <= len(outcome.predictions):
        picked = outcome.predictions[int(text) - 1].emoji
    else:
        return None
    agrees = picked in outcome.shown
    return ConsoleFeedback(FeedbackKind.AGREE if agrees else FeedbackKind.CORRECT, picked)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "somebody"
