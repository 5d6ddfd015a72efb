"""Reads stored counts in tests."""

from collections.abc import Mapping
from datetime import timedelta

from bot.core.events import MemberKey
from bot.core.preferences.counts import Counts
from bot.database.store import SqlStore
from tests.core.fakes import MOMENT, ref


async def pending_counts(store: SqlStore, days: float = 0.0) -> Mapping[str, Counts]:
    """Return all counts, decayed to so many days after ``MOMENT``."""
    return (await store.preferences.counts(ref(), MOMENT + timedelta(days=days))).pending


async def counts_of(store: SqlStore, emoji: str = "😂", days: float = 0.0) -> Counts:
    """Return the counts of one emoji, decayed to so many days after ``MOMENT``."""
    return (await pending_counts(store, days)).get(emoji, Counts())


def member(number: int) -> MemberKey:
    """Return the key of one of many members."""
    return MemberKey(f"{number:032x}")
