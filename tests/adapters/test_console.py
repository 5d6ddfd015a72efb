"""Which lines on the console are a word on the last answer."""

import pytest

from bot.adapters.console import Word, read_feedback
from bot.core.events import FeedbackKind, Outcome
from model import Prediction
from tests.core.fakes import ref

AGREE, DISLIKE, CORRECT = FeedbackKind.AGREE, FeedbackKind.DISLIKE, FeedbackKind.CORRECT
FIVE = tuple(Prediction(emoji, 0.2) for emoji in "😂🤣😭💀🔥")
SHOWN = Outcome(ref(), FIVE, ("😂",))
SILENT = Outcome(ref(), FIVE)
WORDLESS = Outcome(ref())


@pytest.mark.parametrize(
    ("text", "outcome", "word"),
    [
        ("+", SHOWN, Word(AGREE, "😂")),
        ("-", SHOWN, Word(DISLIKE, "😂")),
        ("1", SHOWN, Word(AGREE, "😂")),
        ("5", SHOWN, Word(CORRECT, "🔥")),
        ("❤️", SHOWN, Word(CORRECT, "❤")),
        ("+", SILENT, Word(AGREE, None)),
        ("1", SILENT, Word(CORRECT, "😂")),
        ("😢", WORDLESS, Word(CORRECT, "😢")),
        ("1", WORDLESS, None),
        ("6", SHOWN, None),
        ("0", SHOWN, None),
        ("12", SHOWN, None),
        ("++", SHOWN, None),
        ("😂😂", SHOWN, None),
        ("٣", SHOWN, None),
        ("one", SHOWN, None),
    ],
)
def test_words(text: str, outcome: Outcome, word: Word | None) -> None:
    assert read_feedback(text, outcome) == word
