"""Pauses in channels that forbid reactions."""

from bot.adapters.discord.suspension import (
    FIRST_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    MAX_REFUSALS,
    Suspensions,
)
from bot.core.events import IncomingMessage, MemberKey, MessageRef, Outcome

MESSAGE = IncomingMessage(MessageRef("discord", "1", "2", "3"), MemberKey("a"), "text")
THREAD = IncomingMessage(
    MessageRef("discord", "1", "9", "3"), MemberKey("a"), "text", parent_chat="2"
)
REFUSED = Outcome(MESSAGE.ref, refusal="forbidden")


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(suspensions: Suspensions, times: int = MAX_REFUSALS) -> None:
    for _ in range(times):
        suspensions.on_outcome(MESSAGE, REFUSED)


def test_pauses_grow_up_to_a_day() -> None:
    clock = Clock()
    suspensions = Suspensions(clock)
    refused(suspensions)
    assert suspensions.is_suspended(MESSAGE)
    assert suspensions.is_suspended(THREAD)
    pause = FIRST_PAUSE_SECONDS
    for _ in range(10):
        clock.now += pause - 1
        assert suspensions.is_suspended(MESSAGE)
        clock.now += 1
        assert not suspensions.is_suspended(MESSAGE)
        refused(suspensions, times=1)
        pause = min(4 * pause, MAX_PAUSE_SECONDS)
    assert pause == MAX_PAUSE_SECONDS


def test_success_and_new_permissions_end_it() -> None:
    clock = Clock()
    suspensions = Suspensions(clock)
    refused(suspensions, MAX_REFUSALS - 1)
    suspensions.on_outcome(MESSAGE, Outcome(MESSAGE.ref, shown=("🎉",)))
    refused(suspensions, MAX_REFUSALS - 1)
    assert not suspensions.is_suspended(MESSAGE)
    refused(suspensions, 1)
    suspensions.on_permissions_changed(7)
    assert suspensions.is_suspended(MESSAGE)
    suspensions.on_permissions_changed(1)
    assert not suspensions.is_suspended(MESSAGE)
