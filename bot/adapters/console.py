"""The console as a platform: a line is a message, or feedback on the last outcome."""

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
from model.emoji import ChosenEmoji, parse_choice

PLATFORM = "console"


@dataclass(frozen=True, slots=True)
class ConsoleFeedback:
    """Feedback given in one line."""

    kind: FeedbackKind
    emoji: ChosenEmoji | None


@dataclass(frozen=True, slots=True)
class FeedbackAnswer:
    """Feedback and its result."""

    feedback: ConsoleFeedback
    result: FeedbackResult


class ConsoleAdapter:
    """The conversation of one member; every message is addressed to the bot."""

    name = PLATFORM

    def __init__(self, service: Service, pseudonyms: Pseudonyms) -> None:
        """Use the operating system's user as the member."""
        self._service = service
        self.member = pseudonyms.key(PLATFORM, _user())
        self._last: Outcome | None = None

    async def take(self, line: str) -> Outcome | FeedbackAnswer | None:
        """Handle one line; return None for an empty one."""
        text = line.strip()
        if not text:
            return None
        if self._last is not None and (feedback := parse_feedback(text, self._last)):
            return FeedbackAnswer(feedback, await self._record_feedback(feedback, self._last.ref))
        ref = MessageRef(PLATFORM, PLATFORM, PLATFORM, uuid.uuid4().hex)
        message = IncomingMessage(ref, self.member, text, addressed=True)
        self._last = await self._service.on_message(message, self)
        return self._last

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Do nothing: the caller prints the outcome."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Do nothing: the caller prints the outcome."""

    async def _record_feedback(self, feedback: ConsoleFeedback, ref: MessageRef) -> FeedbackResult:
        return await self._service.on_feedback(
            Feedback(
                ref,
                self.member,
                feedback.kind,
                feedback.emoji,
                FeedbackSource.CONSOLE,
                at=datetime.now(UTC),
            )
        )


def parse_feedback(text: str, outcome: Outcome) -> ConsoleFeedback | None:
    """Parse ``+``, ``-``, ``1`` to ``5`` or one emoji as feedback on the outcome.

    Return None for anything else, also for a number beyond the predictions.
    """
    shown = ChosenEmoji(outcome.shown[0]) if outcome.shown else None
    if text == "+":
        return ConsoleFeedback(FeedbackKind.AGREE, shown)
    if text == "-":
        return ConsoleFeedback(FeedbackKind.DISLIKE, shown)
    if len(text) == 1 and text in "12345" and int(text) <= len(outcome.predictions):
        text = outcome.predictions[int(text) - 1].emoji
    picked = parse_choice(text, [prediction.emoji for prediction in outcome.predictions])
    if picked is None:
        return None
    agrees = picked in outcome.shown
    return ConsoleFeedback(FeedbackKind.AGREE if agrees else FeedbackKind.CORRECT, picked)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "unknown"
