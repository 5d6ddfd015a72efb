"""The bot stays far below Discord's ban for invalid requests."""

import pytest

from bot.adapters.discord.invalid_request_guard import (
    BANNED_AT,
    HELD_BACK_AT,
    WINDOW_SECONDS,
    InvalidRequestGuard,
)


class Clock:
    """Stands still unless it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("status", [401, 403, 429])
def test_holds_back_long_before_the_ban(status: int) -> None:
    clock = Clock()
    requests = InvalidRequestGuard(clock)
    for _ in range(HELD_BACK_AT - 1):
        requests.add(status)
    assert not requests.too_many
    requests.add(status)
    assert requests.too_many
    assert HELD_BACK_AT * 10 < BANNED_AT
    clock.now = WINDOW_SECONDS
    assert not requests.too_many
    assert requests.counts[status] == HELD_BACK_AT


def test_the_eldest_refusal_of_the_last_ten_minutes_counts() -> None:
    clock = Clock()
    requests = InvalidRequestGuard(clock)
    for second in range(HELD_BACK_AT * 2):
        clock.now = second * WINDOW_SECONDS / (HELD_BACK_AT - 2)
        requests.add(403)
        assert not requests.too_many


def test_what_discord_does_not_count_is_not_counted() -> None:
    requests = InvalidRequestGuard(Clock())
    for _ in range(HELD_BACK_AT * 2):
        requests.add(200)
        requests.add(404)
        requests.add(429, "shared")
    assert not requests.too_many
    assert requests.counts == {404: HELD_BACK_AT * 2, 429: HELD_BACK_AT * 2}
