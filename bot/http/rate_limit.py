"""Rates of clients, and the addresses by which unnamed clients are told apart."""

import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from cachetools import LRUCache

MAX_CLIENTS = 10_000
"""Clients whose rates are known at a time."""


class RateLimit:
    """Token bucket for each client: a minute's requests at once, and then the rate."""

    def __init__(self, max_per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        """Let each client send ``max_per_minute`` requests; ``now`` is in seconds."""
        self._capacity = float(max_per_minute)
        self._now = now
        self._buckets: LRUCache[str, tuple[float, float]] = LRUCache(MAX_CLIENTS)
        """Client -> requests left, and the time at which they were counted."""

    def allow(self, client: str) -> bool:
        """Count a request, and return if it is within the rate."""
        return self.seconds_to_wait(client) == 0

    def seconds_to_wait(self, client: str) -> float:
        """Count a request; return 0 if it is within the rate, else the time until one is."""
        per_second, now = self._capacity / 60, self._now()
        left, counted_at = self._buckets.get(client, (self._capacity, now))
        left = min(self._capacity, left + (now - counted_at) * per_second)
        self._buckets[client] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / per_second


def network_of(address: str) -> str:
    """Return the address, or the /64 network of an IPv6 address, which one client has."""
    try:
        if ip_address(address).version == 6:
            return str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return address
