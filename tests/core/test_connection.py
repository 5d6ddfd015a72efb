"""Signs of life of a connection, and its faults."""

import pytest

from bot.core.connection import Connection


class Clock:
    """A clock in the test's hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection(clock: Clock) -> Connection:
    return Connection(clock)


def test_nothing_was_heard_yet(connection: Connection) -> None:
    assert connection.silence_seconds is None
    assert connection.fault(90) == "not connected yet"


def test_silence_beyond_the_limit_is_a_fault(connection: Connection, clock: Clock) -> None:
    connection.heard()
    clock.now += 90
    assert connection.fault(90) is None
    clock.now += 1
    assert connection.fault(90) == "connected, but silent for 91 s"
    connection.heard()
    assert connection.fault(90) is None
    assert connection.reconnects == 0


def test_the_most_silent_part_counts(connection: Connection, clock: Clock) -> None:
    connection.expect(["0", "1"])
    connection.heard("0")
    assert connection.fault(90) == "not connected yet: shards 1"
    clock.now += 60
    connection.heard("1")
    assert (connection.fault(90), connection.silence_seconds) == (None, 60)
    clock.now += 60
    assert connection.fault(90) == "connected, but silent for 120 s"


def test_a_lost_part_is_counted_once_it_is_back(connection: Connection) -> None:
    connection.heard("0")
    connection.heard("1")
    connection.lost("1")
    connection.lost("1")
    assert connection.fault(90) == "not connected: shards 1"
    connection.heard("1")
    assert (connection.fault(90), connection.reconnects) == (None, 1)


def test_what_was_never_heard_cannot_be_lost(connection: Connection) -> None:
    connection.lost()
    connection.lost("0")
    connection.heard()
    assert connection.reconnects == 0
    assert connection.fault(90) is None


def test_an_adapter_that_is_started_again_can_come_back(connection: Connection) -> None:
    connection.heard()
    connection.end()
    connection.begin()
    assert connection.fault(90) is not None
    connection.heard()
    assert connection.fault(90) is None


def test_an_ended_adapter_does_not_come_back(connection: Connection) -> None:
    connection.heard()
    connection.end()
    connection.heard()
    assert connection.fault(90) == "ended; the log says why"
    assert connection.silence_seconds is None
