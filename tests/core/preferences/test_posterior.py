"""From counts to a taste: bounded, shrunk, fading, and moved by nobody alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import (
    ELSEWHERE,
    NAMES,
    Counts,
    Tally,
    Word,
    said,
    voice,
)
from bot.core.preferences.posterior import Taste, learn, taste_of, threshold
from bot.core.preferences.prior import BOUND, SHIPPED, Prior

NUMBERS = st.floats(0, 1e6)
COUNTS = st.builds(Counts, **dict.fromkeys(NAMES, NUMBERS))
SCORES = {"😂": 0.5, "🤣": 0.2, "💀": 0.1, "🔥": 0.05, "😭": 0.05}
AVERAGE = {
    emoji: Counts(shown=40, hoped=16, removed=8, expected=4, corrected=4)
    for emoji in ("😂", "🔥", "😭", "❤", "🙏", "🎉", "😍", "💪")
}


def test_nothing_known_is_no_taste() -> None:
    taste = learn({})
    assert not taste.bias
    assert taste.shown == 0


@given(st.dictionaries(st.sampled_from(["😂", "💀", "🔥", ":blob:", ELSEWHERE]), COUNTS))
def test_every_bias_is_finite_and_bounded(counts: dict[str, Counts]) -> None:
    taste = learn(counts)
    assert all(abs(bias) <= BOUND for bias in taste.bias.values())
    assert all(0 <= spread <= 2 * BOUND for spread in taste.spread.values())
    assert 0 <= taste.acceptance <= 1
    assert ELSEWHERE not in taste.bias


def test_a_community_like_all_others_has_next_to_no_bias() -> None:
    assert all(abs(bias) < 0.1 for bias in learn(AVERAGE).bias.values())


def test_what_is_removed_sinks_and_what_is_chosen_rises() -> None:
    hated = Counts(shown=40, hoped=16, removed=38, expected=4)
    loved = Counts(expected=2, corrected=30)
    bias = learn({**AVERAGE, "😂": hated, "💀": loved}).bias
    assert bias["😂"] < -2
    assert bias["💀"] > 1.5
    assert all(abs(bias.get(emoji, 0.0)) < 0.3 for emoji in AVERAGE if emoji != "😂")


def test_a_community_that_removes_everything_alike_has_no_taste() -> None:
    hostile = {
        emoji: Counts(shown=40, hoped=16, removed=36, expected=4, corrected=4) for emoji in AVERAGE
    }
    taste = learn(hostile)
    assert taste.acceptance < 0.2
    assert all(abs(bias) < 0.1 for bias in taste.bias.values())


@pytest.mark.parametrize("name", ["corrected", "used", "agreed"])
def test_more_of_a_liking_never_lowers_the_bias(name: str) -> None:
    biases = [
        learn({**AVERAGE, "💀": Counts(expected=1, shown=5, hoped=2) + Counts(**{name: n})}).bias
        for n in (0, 1, 3, 10, 40)
    ]
    rising = [each.get("💀", 0.0) for each in biases]
    assert rising == sorted(rising)
    assert rising[-1] > rising[0]


def test_fewer_counts_say_less() -> None:
    whole = {**AVERAGE, "😂": Counts(shown=40, hoped=16, removed=38, expected=4)}
    faded = {emoji: counts.times(0.1) for emoji, counts in whole.items()}
    assert learn(whole).bias["😂"] < learn(faded).bias["😂"] < 0
    assert learn(whole).spread["😂"] < learn(faded).spread["😂"] < learn(faded).unknown * 3


def test_what_has_not_settled_is_told_apart() -> None:
    more = {**AVERAGE, "💀": Counts(expected=1, corrected=10)}
    taste = taste_of(Tally(said=more, settled=AVERAGE))
    assert taste.bias == learn(AVERAGE).bias
    assert taste.since["💀"] > 1
    assert taste.acceptance == learn(AVERAGE).acceptance
    assert not taste_of(Tally(more, more)).since


def test_one_member_moves_next_to_nothing_whatever_they_do() -> None:
    whole = sum(voice(n) for n in range(1000))
    against = {**AVERAGE, "😂": AVERAGE["😂"] + Counts(removed=whole)}
    push = said(Word(FeedbackKind.CORRECT, "💀"), (), SCORES)
    pushed = {e: AVERAGE.get(e, Counts()) + c.times(whole) for e, c in push.items()}
    assert learn(against).bias.get("😂", 0.0) > -0.15
    assert learn({**AVERAGE, **pushed}).bias.get("💀", 0.0) < 0.3


def answers(removed: float) -> dict[str, Counts]:
    """A hundred of them, on which many people say something."""
    return {"😂": Counts(shown=100, hoped=40, removed=removed, agreed=(100 - removed) / 2)}


def test_the_threshold_follows_what_is_kept() -> None:
    hostile, usual, fond = (threshold(0.27, 0.7, learn(answers(n))) for n in (95, 40, 2))
    assert hostile > 0.75
    assert fond < usual < hostile
    assert 0.12 < fond < 0.27
    assert threshold(0.27, 0.95, learn(answers(40))) > usual


def test_the_threshold_stays_without_words_or_aim() -> None:
    silent = learn({"😂": Counts(shown=1000, hoped=400)})
    assert threshold(0.27, 0.9, silent) == pytest.approx(0.27)
    assert threshold(0.27, None, learn(answers(95))) == 0.27


@given(st.floats(0, 1), st.floats(0, 1), st.dictionaries(st.just("😂"), COUNTS))
def test_a_threshold_is_a_share(own: float, aim: float, counts: dict[str, Counts]) -> None:
    assert 0 <= threshold(own, aim, learn(counts)) <= 1


def test_a_picture_shows_the_strongest_likes_and_dislikes() -> None:
    taste = Taste(bias={"😂": -2.0, "🔥": 0.5, "🎉": 1.0, "😢": -0.1})
    assert taste.strongest(3) == [("🎉", 1.0), ("🔥", 0.5), ("😂", -2.0)]
    assert Taste().strongest() == []


def test_a_prior_of_stronger_tastes_believes_sooner() -> None:
    counts = {**AVERAGE, "💀": Counts(expected=1, corrected=6)}
    calm = learn(counts, Prior((0.97, 0.01, 0.01, 0.01), SHIPPED.strength))
    lively = learn(counts, Prior((0.01, 0.01, 0.01, 0.97), SHIPPED.strength))
    assert 0 <= calm.bias.get("💀", 0.0) < lively.bias["💀"]
    assert calm.unknown < lively.unknown
