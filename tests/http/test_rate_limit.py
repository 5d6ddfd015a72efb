"""Rates of clients."""

from bot.http.rate_limit import RateLimit, network_of


def test_rates_are_a_token_bucket_for_each_network() -> None:
    now = 0.0
    limit = RateLimit(60, lambda: now)

    def allow(address: str) -> bool:
        return limit.allow(network_of(address))

    assert [allow("2001:db8::1") for _ in range(61)] == [True] * 60 + [False]
    assert not allow("2001:db8::2")
    assert allow("2001:db8:1::1")
    assert allow("192.0.2.1")
    now = 2.0
    assert [allow("2001:db8::1") for _ in range(3)] == [True, True, False]


def test_the_time_to_wait_is_enough_and_not_more() -> None:
    now = 0.0
    limit = RateLimit(30, lambda: now)
    assert [limit.seconds_to_wait("a") for _ in range(30)] == [0] * 30
    wait = limit.seconds_to_wait("a")
    assert wait == 2.0
    now += wait / 2
    assert limit.seconds_to_wait("a") == 1.0
    now += wait / 2
    assert limit.seconds_to_wait("a") == 0
