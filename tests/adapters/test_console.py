"""Lines on the console are parsed as feedback on the last outcome, or as messages."""

import pytest

from bot.adapters.console import ConsoleFeedback, parse_feedback
from bot.core.events import FeedbackKind, Outcome
from model import Prediction
from model.emoji import ChosenEmoji
from tests.core.fakes import ref

AGREE, DISLIKE, CORRECT = FeedbackKind.AGREE, FeedbackKind.DISLIKE, FeedbackKind.CORRECT
FIVE = tuple(Prediction(emoji, 0.2) for emoji in "😂🤣😭💀🔥")
SHOWN = Outcome(ref(), FIVE, ("😂",))
SILENT = Outcome(ref(), FIVE)
WITHOUT_PREDICTIONS = Outcome(ref())


@pytest.mark.parametrize(
    ("text", "outcome", "expected"),
    [
        ("+", SHOWN, ConsoleFeedback(AGREE, ChosenEmoji("😂"))),
        ("-", SHOWN, ConsoleFeedback(DISLIKE, ChosenEmoji("😂"))),
        ("1", SHOWN, ConsoleFeedback(AGREE, ChosenEmoji("😂"))),
        ("5", SHOWN, ConsoleFeedback(CORRECT, ChosenEmoji("🔥"))),
        ("❤️", SHOWN, ConsoleFeedback(CORRECT, ChosenEmoji("❤"))),
        ("+", SILENT, ConsoleFeedback(AGREE, None)),
        ("1", SILENT, ConsoleFeedback(CORRECT, ChosenEmoji("😂"))),
        ("😢", WITHOUT_PREDICTIONS, ConsoleFeedback(CORRECT, ChosenEmoji("😢"))),
        ("1", WITHOUT_PREDICTIONS, None),
        ("6", SHOWN, None),
        ("0", SHOWN, None),
        ("12", SHOWN, None),
        ("++", SHOWN, None),
        ("😂😂", SHOWN, None),
        ("٣", SHOWN, None),
        ("one", SHOWN, None),
    ],
)
def test_feedback_is_parsed(text: str, outcome: Outcome, expected: ConsoleFeedback | None) -> None:
    assert parse_feedback(text, outcome) == expected
