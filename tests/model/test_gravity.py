"""No laughter among the predictions for a text that is grave."""

import pytest

from model import Prediction, Predictor
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS
from model.gravity import (
    REACTION_RULE,
    TOP_FIVE_RULE,
    GravityRule,
    is_grave,
    is_permitted,
    is_permitted_unasked,
    without_laughter,
)
from model.prediction import GravityLevel

MERRY = [Prediction("😂", 0.4), Prediction("🤣", 0.3), Prediction("🔥", 0.1), Prediction("🎉", 0.1)]
SAD = [Prediction("😂", 0.5), Prediction("😢", 0.2), Prediction("💔", 0.2)]


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load()


def predictions(emojis: str, *scores: float) -> list[Prediction]:
    return [Prediction(emoji, score) for emoji, score in zip(emojis, scores, strict=True)]


@pytest.mark.parametrize(
    ("top_five", "grave"),
    [
        (predictions("😢😂💔❤🎉", 0.5, 0.2, 0.2, 0.05, 0.03), True),
        (predictions("😂😢💔❤🎉", 0.6, 0.2, 0.1, 0.05, 0.03), False),
        (predictions("😂❤🎉🙏🔥", 0.3, 0.3, 0.2, 0.1, 0.1), False),
    ],
)
def test_the_top_five_are_grave_if_most_of_their_probability_is(
    top_five: list[Prediction], grave: bool
) -> None:
    assert is_grave(top_five, TOP_FIVE_RULE) is grave


def test_tears_alone_do_not_make_the_top_five_grave() -> None:
    assert not is_grave(predictions("😭😂🤣💀❤", 0.6, 0.2, 0.1, 0.05, 0.05), TOP_FIVE_RULE)
    assert not is_grave(predictions("😭", 0.9), TOP_FIVE_RULE)


def test_tears_alone_exclude_a_laughing_reaction() -> None:
    assert is_grave(predictions("😭😂🤣", 0.6, 0.2, 0.1), REACTION_RULE)


def test_sad_predictions_are_grave_for_a_reaction_and_merry_ones_are_not() -> None:
    assert is_grave(SAD, REACTION_RULE)
    assert not is_grave(MERRY, REACTION_RULE)


@pytest.mark.parametrize("rule", [TOP_FIVE_RULE, REACTION_RULE, GravityRule(0.0, True)])
def test_no_predictions_are_not_grave(rule: GravityRule) -> None:
    assert not is_grave([], rule)
    assert not is_grave(predictions("😂❤", 0.9, 0.1), rule)


@pytest.mark.parametrize("scores", [(0.5, 0.3, 0.2), (0.1, 0.1, 0.8), (0.3, 0.5, 0.2)])
def test_grave_top_fives_are_grave_for_reactions_too(
    scores: tuple[float, float, float],
) -> None:
    for emojis in ("😂😢😭", "😢💔😂", "😭❤😢"):
        given = predictions(emojis, *scores)
        assert is_grave(given, REACTION_RULE) or not is_grave(given, TOP_FIVE_RULE)


def test_preferences_cannot_hide_that_a_text_is_grave() -> None:
    assert is_grave([Prediction("😂", 0.98, 0.1), Prediction("😢", 0.01, 0.5)], REACTION_RULE)


@pytest.mark.parametrize(
    ("level", "asked", "unasked"),
    [
        (GravityLevel.HARMLESS, "😂👍😢🫂", "😂👍😢🫂"),
        (GravityLevel.DOUBTFUL, "😂👍😢🫂", "👍😢🫂"),
        (GravityLevel.UNSURE, "👍😢🫂", "😢🫂"),
        (GravityLevel.GRAVE, "😢🫂", "😢🫂"),
        (GravityLevel.SELF_HARM, "🫂", "🫂"),
    ],
)
def test_what_is_shown_unasked_is_what_suits_a_graver_text(
    level: GravityLevel, asked: str, unasked: str
) -> None:
    emojis = "😂👍😢🫂"
    assert "".join(e for e in emojis if is_permitted(e, level)) == asked
    assert "".join(e for e in emojis if is_permitted_unasked(e, level)) == unasked


def test_only_laughing_and_celebrating_emojis_are_left_out() -> None:
    assert without_laughter(SAD) == tuple(SAD[1:])
    assert without_laughter(MERRY) == (MERRY[2],)


@pytest.mark.parametrize(
    "text",
    [
        "we lost our dog last night and the house is so quiet",
        "my grandmother died this morning",
        "I miss him so much, the funeral was heartbreaking",
        "so sad about the accident",
    ],
)
def test_the_default_artifact_does_not_laugh_at_grief(shipped: Predictor, text: str) -> None:
    [top_five] = shipped.predict([text])
    assert not LAUGHING_OR_CELEBRATING_EMOJIS & {p.emoji for p in top_five}


def test_the_default_artifact_laughs_at_a_joke(shipped: Predictor) -> None:
    [top_five] = shipped.predict(["I laughed so hard I cried, this is hilarious"])
    assert "😂" in {p.emoji for p in top_five}
