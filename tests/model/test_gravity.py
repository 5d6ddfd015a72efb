"""No laughter among the five where they mourn."""

import numpy as np
import pytest

from model import Predictor
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS
from model.gravity import Gravity

EMOJIS = ("😂", "😢", "💔", "❤", "🎉", "🙏", "🔥")


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load()


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("given", "laughs_out"),
    [
        (scores(0.2, 0.5, 0.2, 0.05, 0.03, 0.02, 0.0), True),
        (scores(0.6, 0.2, 0.1, 0.05, 0.03, 0.02, 0.0), False),
        (scores(0.3, 0.0, 0.0, 0.3, 0.2, 0.1, 0.1), False),
    ],
)
def test_laughter_is_misplaced_where_most_of_the_five_mourns(
    given: np.ndarray, laughs_out: bool
) -> None:
    five = np.argsort(-given)[:5]
    misplaced = Gravity(EMOJIS).misplaced(given[five], five)
    assert (misplaced is not None) is laughs_out
    if misplaced is not None:
        assert [e for e, out in zip(EMOJIS, misplaced, strict=True) if out] == ["😂", "🎉"]


def test_tears_alone_do_not_say_whether_somebody_mourns() -> None:
    tears = Gravity(("😭", "😂", "🤣", "💀", "❤"))
    assert tears.misplaced(scores(0.6, 0.2, 0.1, 0.05, 0.05), np.arange(5)) is None
    alone = Gravity(("😭", "😂"))
    assert alone.misplaced(scores(0.9), np.arange(1)) is None


def test_without_laughter_or_grief_nothing_is_misplaced() -> None:
    given = scores(0.9, 0.1)
    assert Gravity(("😢", "❤")).misplaced(given, np.array([0, 1])) is None
    assert Gravity(("😂", "❤")).misplaced(given, np.array([0, 1])) is None


@pytest.mark.parametrize(
    "text",
    [
        "we lost our dog last night and the house is so quiet",
        "my grandmother died this morning",
        "I miss him so much, the funeral was heartbreaking",
        "so sad about the accident",
    ],
)
def test_the_shipped_model_does_not_laugh_at_grief(shipped: Predictor, text: str) -> None:
    [five] = shipped.predict([text])
    assert not LAUGHING_OR_CELEBRATING_EMOJIS & {prediction.emoji for prediction in five}


def test_it_does_laugh_with_those_who_laugh(shipped: Predictor) -> None:
    [five] = shipped.predict(["I laughed so hard I cried, this is hilarious"])
    assert "😂" in {prediction.emoji for prediction in five}
