"""What has not settled moves no emoji by more than one place."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.community import Taste
from bot.core.places import follow, swaps
from model import Prediction

EMOJIS = ("😂", "🤣", "💀", "🔥", "😭", "🎉")
FIVE = tuple(
    Prediction(emoji, score)
    for emoji, score in zip(EMOJIS, (0.3, 0.2, 0.19, 0.18, 0.1, 0.03), strict=True)
)
biases = st.dictionaries(st.sampled_from(EMOJIS), st.floats(-8, 8))


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=12), st.data())
def test_nothing_moves_by_more_than_one_place(scores: list[float], data: st.DataObject) -> None:
    ranked = sorted(scores, reverse=True)
    emojis = [chr(0x1F600 + i) for i in range(len(ranked))]
    since = data.draw(st.dictionaries(st.sampled_from(emojis), st.floats(-8, 8)))
    before = [Prediction(e, s) for e, s in zip(emojis, ranked, strict=True)]
    after = follow(before, Taste(since=since))
    assert sorted(p.emoji for p in after) == sorted(emojis)
    for place, prediction in enumerate(after):
        assert abs(emojis.index(prediction.emoji) - place) <= 1
    assert [p.score for p in after] == ranked


def test_a_lift_past_several_is_one_place() -> None:
    lifted = follow(FIVE, Taste(since={"🔥": 4.0}))
    assert [p.emoji for p in lifted] == ["😂", "🤣", "🔥", "💀", "😭", "🎉"]


def test_what_settled_is_left_alone() -> None:
    assert follow(FIVE, Taste(bias={"🔥": 4.0})) == FIVE
    assert follow((), Taste(since={"🔥": 4.0})) == ()


@given(biases)
def test_neighbours_change_places_only_where_the_latter_is_liked_more(
    since: dict[str, float],
) -> None:
    scores = [since.get(emoji, 0.0) for emoji in EMOJIS]
    order = swaps(scores)
    for place, i in enumerate(order[:-1]):
        if order[place + 1] < i:
            assert scores[i] > scores[order[place + 1]]
