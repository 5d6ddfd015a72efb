"""What has not settled moves no emoji by more than one place, whatever was said before."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.preferences.posterior import Preferences
from bot.core.preferences.ranking import rank_with_pending, swap_within_pairs
from model import Prediction

EMOJIS = ("😂", "🤣", "💀", "🔥", "😭", "🎉")
FIVE = tuple(
    Prediction(emoji, score)
    for emoji, score in zip(EMOJIS, (0.3, 0.2, 0.19, 0.18, 0.1, 0.03), strict=True)
)
scores = st.lists(st.floats(0.001, 1), min_size=1, max_size=12)


def order(ranked: list[Prediction], since: dict[str, float]) -> list[str]:
    return [p.emoji for p in rank_with_pending(ranked, Preferences(pending_bias=since))]


@given(scores, st.data())
def test_nothing_moves_by_more_than_one_place(scores: list[float], data: st.DataObject) -> None:
    emojis = [chr(0x1F600 + i) for i in range(len(scores))]
    since = st.dictionaries(st.sampled_from(emojis), st.floats(-8, 8))
    ranked = [Prediction(e, s) for e, s in zip(emojis, sorted(scores, reverse=True), strict=True)]
    settled, before, after = (
        order(ranked, each) for each in ({}, *data.draw(st.tuples(since, since)))
    )
    assert sorted(before) == sorted(after) == settled
    for emoji in emojis:
        places = [each.index(emoji) for each in (settled, before, after)]
        assert max(places) - min(places) <= 1


def test_two_after_the_other_move_nothing_further() -> None:
    # One lets 💀 fall; another lifts it, with all that was said before.
    fallen = order(list(FIVE), {"💀": -4.0})
    lifted = order(list(FIVE), {"💀": 4.0})
    assert abs(fallen.index("💀") - lifted.index("💀")) == 1


def test_a_lift_past_several_is_one_place() -> None:
    assert order(list(FIVE), {"🔥": 4.0}) == ["😂", "🤣", "🔥", "💀", "😭", "🎉"]
    assert order(list(FIVE), {"🤣": 4.0}) == ["🤣", "😂", "💀", "🔥", "😭", "🎉"]


def test_a_place_keeps_its_score() -> None:
    followed = rank_with_pending(FIVE, Preferences(pending_bias={"🎉": 4.0, "🔥": 1.0}))
    assert [p.score for p in followed] == [p.score for p in FIVE]


def test_what_settled_is_left_alone() -> None:
    assert rank_with_pending(FIVE, Preferences(bias={"🔥": 4.0})) == FIVE
    assert rank_with_pending((), Preferences(pending_bias={"🔥": 4.0})) == ()


@given(scores)
def test_the_two_of_a_pair_change_places_only_where_the_latter_scores_more(
    scores: list[float],
) -> None:
    order = swap_within_pairs(scores)
    for first in range(0, len(scores) - 1, 2):
        pair = [first, first + 1]
        liked = scores[first + 1] > scores[first]
        assert order[first : first + 2] == (pair[::-1] if liked else pair)
