"""Biases: bounded, shrunk, decaying, and hardly moved by a single member."""

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


def test_no_counts_give_no_bias() -> None:
    preferences = posterior_preferences({})
    assert not preferences.bias
    assert preferences.shown_count == 0


@given(st.dictionaries(st.sampled_from(["😂", "💀", "🔥", ":blob:", OUTSIDE_TOP_K]), COUNTS))
def test_every_bias_is_finite_and_bounded(counts: dict[str, Counts]) -> None:
    preferences = posterior_preferences(counts)
    assert all(abs(bias) <= MAX_BIAS for bias in preferences.bias.values())
    assert all(0 <= sd <= 2 * MAX_BIAS for sd in preferences.bias_sd.values())
    assert 0 <= preferences.acceptance <= 1
    assert OUTSIDE_TOP_K not in preferences.bias


def test_counts_that_agree_with_the_model_give_almost_no_bias() -> None:
    assert all(abs(bias) < 0.1 for bias in posterior_preferences(AVERAGE).bias.values())


def test_removed_emojis_get_negative_and_chosen_ones_positive_biases() -> None:
    often_removed = Counts(shown=40, expected_kept=16, removed=38, expected_chosen=4)
    often_chosen = Counts(expected_chosen=2, corrected=30)
    bias = posterior_preferences({**AVERAGE, "😂": often_removed, "💀": often_chosen}).bias
    assert bias["😂"] < -2
    assert bias["💀"] > 1.5
    assert all(abs(bias.get(emoji, 0.0)) < 0.3 for emoji in AVERAGE if emoji != "😂")


def test_a_community_that_removes_all_emojis_alike_has_no_bias() -> None:
    hostile = {
        emoji: Counts(shown=40, expected_kept=16, removed=36, expected_chosen=4, corrected=4)
        for emoji in AVERAGE
    }
    preferences = posterior_preferences(hostile)
    assert preferences.acceptance < 0.2
    assert all(abs(bias) < 0.1 for bias in preferences.bias.values())


@pytest.mark.parametrize("name", ["corrected", "unprompted", "agreed"])
def test_more_votes_for_an_emoji_never_lower_its_bias(name: str) -> None:
    biases = [
        posterior_preferences(
            {
                **AVERAGE,
                "💀": Counts(expected_chosen=1, shown=5, expected_kept=2) + Counts(**{name: n}),
            }
        ).bias
        for n in (0, 1, 3, 10, 40)
    ]
    skull = [bias.get("💀", 0.0) for bias in biases]
    assert skull == sorted(skull)
    assert skull[-1] > skull[0]


def test_decayed_counts_give_a_smaller_bias_and_a_larger_deviation() -> None:
    fresh = {**AVERAGE, "😂": Counts(shown=40, expected_kept=16, removed=38, expected_chosen=4)}
    decayed = {emoji: counts.scaled(0.1) for emoji, counts in fresh.items()}
    assert posterior_preferences(fresh).bias["😂"] < posterior_preferences(decayed).bias["😂"] < 0
    assert (
        posterior_preferences(fresh).bias_sd["😂"]
        < posterior_preferences(decayed).bias_sd["😂"]
        < posterior_preferences(decayed).default_sd * 3
    )


def test_pending_counts_change_the_pending_bias_alone() -> None:
    pending = {**AVERAGE, "💀": Counts(expected_chosen=1, corrected=10)}
    preferences = estimate_preferences(CommunityCounts(pending=pending, confirmed=AVERAGE))
    assert preferences.bias == posterior_preferences(AVERAGE).bias
    assert preferences.pending_bias["💀"] > 1
    assert preferences.acceptance == posterior_preferences(AVERAGE).acceptance
    assert not estimate_preferences(CommunityCounts(pending, pending)).pending_bias


def test_a_single_member_has_almost_no_effect() -> None:
    total_weight = sum(vote_weight(n) for n in range(1000))
    against = {**AVERAGE, "😂": AVERAGE["😂"] + Counts(removed=total_weight)}
    votes = count_vote(Vote(FeedbackKind.CORRECT, "💀"), (), SCORES)
    in_favour = {e: AVERAGE.get(e, Counts()) + c.scaled(total_weight) for e, c in votes.items()}
    assert posterior_preferences(against).bias.get("😂", 0.0) > -0.15
    assert posterior_preferences({**AVERAGE, **in_favour}).bias.get("💀", 0.0) < 0.3


def test_strongest_are_the_largest_absolute_biases() -> None:
    preferences = Preferences(bias={"😂": -2.0, "🔥": 0.5, "🎉": 1.0, "😢": -0.1})
    assert preferences.strongest(3) == [("🎉", 1.0), ("🔥", 0.5), ("😂", -2.0)]
    assert Preferences().strongest() == []


def test_a_wider_prior_shrinks_less() -> None:
    counts = {**AVERAGE, "💀": Counts(expected_chosen=1, corrected=6)}
    narrow = posterior_preferences(
        counts, PreferencePrior((0.97, 0.01, 0.01, 0.01), DEFAULT_PRIOR.strength)
    )
    wide = posterior_preferences(
        counts, PreferencePrior((0.01, 0.01, 0.01, 0.97), DEFAULT_PRIOR.strength)
    )
    assert 0 <= narrow.bias.get("💀", 0.0) < wide.bias["💀"]
    assert narrow.default_sd < wide.default_sd
