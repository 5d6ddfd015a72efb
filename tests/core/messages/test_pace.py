"""Short memories stay short."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages.pace import RateWindow, Recent
from bot.core.messages.policy import Pace


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_recent_keeps_the_last_ones_set(keys: list[int], size: int) -> None:
    recent: Recent[int, None] = Recent(size)
    for key in keys:
        recent[key] = None
    last = list(dict.fromkeys(reversed(keys)))[:size]
    assert list(recent) == last[::-1]


def test_pace_counts_a_minute() -> None:
    answers = RateWindow()
    assert answers.pace("a", 0.0) == Pace(float("inf"), 0)
    for time in (0.0, 30.0, 59.0):
        answers.add("a", time)
    assert answers.pace("a", 59.5) == Pace(0.5, 3)
    assert answers.pace("a", 60.0) == Pace(1.0, 2)
    assert answers.pace("a", 500.0) == Pace(441.0, 0)
    assert answers.pace("b", 60.0) == Pace()


def test_the_number_of_chats_is_bounded() -> None:
    answers = RateWindow(chats=2)
    for chat in "abc":
        answers.add(chat, 0.0)
    assert answers.pace("a", 1.0) == Pace()
    assert answers.pace("c", 1.0) == Pace(1.0, 1)
