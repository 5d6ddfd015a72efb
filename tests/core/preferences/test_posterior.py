"""From counts to a taste: bounded, shrunk, fading, and moved by nobody alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import (
    COUNT_NAMES,
    OUTSIDE_TOP_K,
    CommunityCounts,
    Counts,
    Vote,
    count_vote,
    vote_weight,
)
from bot.core.preferences.posterior import (
    Preferences,
    adapted_threshold,
    estimate_preferences,
    posterior_preferences,
)
from bot.core.preferences.prior import DEFAULT_PRIOR, MAX_BIAS, PreferencePrior

NUMBERS = st.floats(0, 1e6)
COUNTS = st.builds(Counts, **dict.fromkeys(COUNT_NAMES, NUMBERS))
SCORES = {"😂": 0.5, "🤣": 0.2, "💀": 0.1, "🔥": 0.05, "😭": 0.05}
AVERAGE = {
    emoji: Counts(shown=40, expected_kept=16, removed=8, expected_chosen=4, corrected=4)
    for emoji in ("😂", "🔥", "😭", "❤", "🙏", "🎉", "😍", "💪")
}


def test_nothing_known_is_no_taste() -> None:
    taste = posterior_preferences({})
    assert not taste.bias
    assert taste.shown_count == 0


@given(st.dictionaries(st.sampled_from(["😂", "💀", "🔥", ":blob:", OUTSIDE_TOP_K]), COUNTS))
def test_every_bias_is_finite_and_bounded(counts: dict[str, Counts]) -> None:
    taste = posterior_preferences(counts)
    assert all(abs(bias) <= MAX_BIAS for bias in taste.bias.values())
    assert all(0 <= spread <= 2 * MAX_BIAS for spread in taste.bias_sd.values())
    assert 0 <= taste.acceptance <= 1
    assert OUTSIDE_TOP_K not in taste.bias


def test_a_community_like_all_others_has_next_to_no_bias() -> None:
    assert all(abs(bias) < 0.1 for bias in posterior_preferences(AVERAGE).bias.values())


def test_what_is_removed_sinks_and_what_is_chosen_rises() -> None:
    hated = Counts(shown=40, expected_kept=16, removed=38, expected_chosen=4)
    loved = Counts(expected_chosen=2, corrected=30)
    bias = posterior_preferences({**AVERAGE, "😂": hated, "💀": loved}).bias
    assert bias["😂"] < -2
    assert bias["💀"] > 1.5
    assert all(abs(bias.get(emoji, 0.0)) < 0.3 for emoji in AVERAGE if emoji != "😂")


def test_a_community_that_removes_everything_alike_has_no_taste() -> None:
    hostile = {
        emoji: Counts(shown=40, expected_kept=16, removed=36, expected_chosen=4, corrected=4)
        for emoji in AVERAGE
    }
    taste = posterior_preferences(hostile)
    assert taste.acceptance < 0.2
    assert all(abs(bias) < 0.1 for bias in taste.bias.values())


@pytest.mark.parametrize("name", ["corrected", "unprompted", "agreed"])
def test_more_of_a_liking_never_lowers_the_bias(name: str) -> None:
    biases = [
        posterior_preferences(
            {
                **AVERAGE,
                "💀": Counts(expected_chosen=1, shown=5, expected_kept=2) + Counts(**{name: n}),
            }
        ).bias
        for n in (0, 1, 3, 10, 40)
    ]
    rising = [each.get("💀", 0.0) for each in biases]
    assert rising == sorted(rising)
    assert rising[-1] > rising[0]


def test_fewer_counts_say_less() -> None:
    whole = {**AVERAGE, "😂": Counts(shown=40, expected_kept=16, removed=38, expected_chosen=4)}
    faded = {emoji: counts.scaled(0.1) for emoji, counts in whole.items()}
    assert posterior_preferences(whole).bias["😂"] < posterior_preferences(faded).bias["😂"] < 0
    assert (
        posterior_preferences(whole).bias_sd["😂"]
        < posterior_preferences(faded).bias_sd["😂"]
        < posterior_preferences(faded).default_sd * 3
    )


def test_what_has_not_settled_is_told_apart() -> None:
    more = {**AVERAGE, "💀": Counts(expected_chosen=1, corrected=10)}
    taste = estimate_preferences(CommunityCounts(pending=more, confirmed=AVERAGE))
    assert taste.bias == posterior_preferences(AVERAGE).bias
    assert taste.pending_bias["💀"] > 1
    assert taste.acceptance == posterior_preferences(AVERAGE).acceptance
    assert not estimate_preferences(CommunityCounts(more, more)).pending_bias


def test_one_member_moves_next_to_nothing_whatever_they_do() -> None:
    whole = sum(vote_weight(n) for n in range(1000))
    against = {**AVERAGE, "😂": AVERAGE["😂"] + Counts(removed=whole)}
    push = count_vote(Vote(FeedbackKind.CORRECT, "💀"), (), SCORES)
    pushed = {e: AVERAGE.get(e, Counts()) + c.scaled(whole) for e, c in push.items()}
    assert posterior_preferences(against).bias.get("😂", 0.0) > -0.15
    assert posterior_preferences({**AVERAGE, **pushed}).bias.get("💀", 0.0) < 0.3


def answers(removed: float) -> dict[str, Counts]:
    """A hundred of them, on which many people say something."""
    return {"😂": Counts(shown=100, expected_kept=40, removed=removed, agreed=(100 - removed) / 2)}


def test_the_threshold_follows_what_is_kept() -> None:
    hostile, usual, fond = (
        adapted_threshold(0.27, 0.7, posterior_preferences(answers(n))) for n in (95, 40, 2)
    )
    assert hostile > 0.75
    assert fond < usual < hostile
    assert 0.12 < fond < 0.27
    assert adapted_threshold(0.27, 0.95, posterior_preferences(answers(40))) > usual


def test_the_threshold_stays_without_words_or_aim() -> None:
    silent = posterior_preferences({"😂": Counts(shown=1000, expected_kept=400)})
    assert adapted_threshold(0.27, 0.9, silent) == pytest.approx(0.27)
    assert adapted_threshold(0.27, None, posterior_preferences(answers(95))) == 0.27


@given(st.floats(0, 1), st.floats(0, 1), st.dictionaries(st.just("😂"), COUNTS))
def test_a_threshold_is_a_share(own: float, aim: float, counts: dict[str, Counts]) -> None:
    assert 0 <= adapted_threshold(own, aim, posterior_preferences(counts)) <= 1


def test_a_picture_shows_the_strongest_likes_and_dislikes() -> None:
    taste = Preferences(bias={"😂": -2.0, "🔥": 0.5, "🎉": 1.0, "😢": -0.1})
    assert taste.strongest(3) == [("🎉", 1.0), ("🔥", 0.5), ("😂", -2.0)]
    assert Preferences().strongest() == []


def test_a_prior_of_stronger_tastes_believes_sooner() -> None:
    counts = {**AVERAGE, "💀": Counts(expected_chosen=1, corrected=6)}
    calm = posterior_preferences(
        counts, PreferencePrior((0.97, 0.01, 0.01, 0.01), DEFAULT_PRIOR.strength)
    )
    lively = posterior_preferences(
        counts, PreferencePrior((0.01, 0.01, 0.01, 0.97), DEFAULT_PRIOR.strength)
    )
    assert 0 <= calm.bias.get("💀", 0.0) < lively.bias["💀"]
    assert calm.default_sd < lively.default_sd
