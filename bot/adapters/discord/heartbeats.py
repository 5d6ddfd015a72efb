"""Acknowledged heartbeats of the shards, as signs of life of the connection."""

import math

import discord

from bot.core.connection import Connection


class HeartbeatWatch:
    """Reports shards with a session whose heartbeats Discord acknowledges.

    discord.py has no event for an acknowledgement, but each one changes the shard's latency, which
    is infinite before the first.
    """

    def __init__(self, connection: Connection) -> None:
        """Report to ``connection``."""
        self._connection = connection
        self._open: set[int] = set()
        self._latencies: dict[int, float] = {}

    def opened(self, shard: int) -> None:
        """Count the acknowledgements of a shard whose session began or was resumed."""
        self._open.add(shard)

    def closed(self, shard: int) -> None:
        """Report a shard that lost its connection."""
        self._open.discard(shard)
        self._latencies.pop(shard, None)
        self._connection.lost(str(shard))

    def sample(self, client: discord.AutoShardedClient) -> None:
        """Look for new acknowledgements."""
        self._connection.expect(map(str, client.shard_ids or range(client.shard_count or 0)))
        for number in self._open & client.shards.keys():
            self._look(number, client.shards[number].latency)

    def _look(self, number: int, latency: float) -> None:
        if math.isfinite(latency) and latency != self._latencies.get(number):
            self._latencies[number] = latency
            self._connection.heard(str(number))
