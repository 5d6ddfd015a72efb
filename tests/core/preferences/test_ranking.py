"""Pending counts move no emoji by more than one rank, whatever was pending before."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.preferences.posterior import Preferences
from bot.core.preferences.ranking import rank_with_pending, swap_within_pairs
from model import Prediction

EMOJIS = ("😂", "🤣", "💀", "🔥", "😭", "🎉")
RANKED = tuple(
    Prediction(emoji, score)
    for emoji, score in zip(EMOJIS, (0.3, 0.2, 0.19, 0.18, 0.1, 0.03), strict=True)
)
scores = st.lists(st.floats(0.001, 1), min_size=1, max_size=12)


def order(ranked: list[Prediction], pending: dict[str, float]) -> list[str]:
    return [p.emoji for p in rank_with_pending(ranked, Preferences(pending_bias=pending))]


@given(scores, st.data())
def test_no_emoji_moves_by_more_than_one_rank(scores: list[float], data: st.DataObject) -> None:
    emojis = [chr(0x1F600 + i) for i in range(len(scores))]
    pending = st.dictionaries(st.sampled_from(emojis), st.floats(-8, 8))
    ranked = [Prediction(e, s) for e, s in zip(emojis, sorted(scores, reverse=True), strict=True)]
    confirmed, before, after = (
        order(ranked, bias) for bias in ({}, *data.draw(st.tuples(pending, pending)))
    )
    assert sorted(before) == sorted(after) == confirmed
    for emoji in emojis:
        ranks = [ranking.index(emoji) for ranking in (confirmed, before, after)]
        assert max(ranks) - min(ranks) <= 1


def test_opposite_votes_move_an_emoji_by_one_rank_in_all() -> None:
    # One member lowers 💀; another one raises it.
    lowered = order(list(RANKED), {"💀": -4.0})
    raised = order(list(RANKED), {"💀": 4.0})
    assert abs(lowered.index("💀") - raised.index("💀")) == 1


def test_a_large_pending_bias_moves_by_one_rank() -> None:
    assert order(list(RANKED), {"🔥": 4.0}) == ["😂", "🤣", "🔥", "💀", "😭", "🎉"]
    assert order(list(RANKED), {"🤣": 4.0}) == ["🤣", "😂", "💀", "🔥", "😭", "🎉"]


def test_scores_stay_in_place() -> None:
    swapped = rank_with_pending(RANKED, Preferences(pending_bias={"🎉": 4.0, "🔥": 1.0}))
    assert [p.score for p in swapped] == [p.score for p in RANKED]


def test_confirmed_preferences_do_not_reorder() -> None:
    assert rank_with_pending(RANKED, Preferences(bias={"🔥": 4.0})) == RANKED
    assert rank_with_pending((), Preferences(pending_bias={"🔥": 4.0})) == ()


@given(scores)
def test_a_pair_is_swapped_if_the_second_scores_more(
    scores: list[float],
) -> None:
    order = swap_within_pairs(scores)
    for first in range(0, len(scores) - 1, 2):
        pair = [first, first + 1]
        swapped = scores[first + 1] > scores[first]
        assert order[first : first + 2] == (pair[::-1] if swapped else pair)
