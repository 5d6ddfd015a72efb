"""The bot stays far below Discord's ban for invalid requests."""

import pytest

from bot.adapters.discord.invalid_request_guard import (
    BAN_LIMIT,
    MAX_REQUESTS,
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
    for _ in range(MAX_REQUESTS - 1):
        requests.add(status)
    assert not requests.is_holding_back
    requests.add(status)
    assert requests.is_holding_back
    assert MAX_REQUESTS * 10 < BAN_LIMIT
    clock.now = WINDOW_SECONDS
    assert not requests.is_holding_back
    assert requests.counts[status] == MAX_REQUESTS


def test_the_eldest_refusal_of_the_last_ten_minutes_counts() -> None:
    clock = Clock()
    requests = InvalidRequestGuard(clock)
    for second in range(MAX_REQUESTS * 2):
        clock.now = second * WINDOW_SECONDS / (MAX_REQUESTS - 2)
        requests.add(403)
        assert not requests.is_holding_back


def test_what_discord_does_not_count_is_not_counted() -> None:
    requests = InvalidRequestGuard(Clock())
    for _ in range(MAX_REQUESTS * 2):
        requests.add(200)
        requests.add(404)
        requests.add(429, "shared")
    assert not requests.is_holding_back
    assert requests.counts == {404: MAX_REQUESTS * 2, 429: MAX_REQUESTS * 2}
