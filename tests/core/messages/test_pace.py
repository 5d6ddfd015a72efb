"""The pace of a chat, in a bounded number of chats."""

from bot.core.messages.pace import RateWindow
from bot.core.messages.policy import Pace


def test_pace_counts_one_minute() -> None:
    window = RateWindow()
    assert window.pace("a", 0.0) == Pace(float("inf"), 0)
    for time in (0.0, 30.0, 59.0):
        window.add("a", time)
    assert window.pace("a", 59.5) == Pace(0.5, 3)
    assert window.pace("a", 60.0) == Pace(1.0, 2)
    assert window.pace("a", 500.0) == Pace(441.0, 0)
    assert window.pace("b", 60.0) == Pace()


def test_least_recently_used_chat_is_dropped() -> None:
    window = RateWindow(max_chats=2)
    for chat in "aba":
        window.add(chat, 0.0)
    window.add("c", 0.0)
    assert window.pace("b", 1.0) == Pace()
    assert window.pace("a", 1.0) == Pace(1.0, 2)
    assert window.pace("c", 1.0) == Pace(1.0, 1)
