"""LRU cache of community preferences, renewed when counts change."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import LRUCache, TTLCache

from bot.core.concurrency.single_flight import SingleFlight
from bot.core.events import MessageRef
from bot.core.ports import PreferenceStore
from bot.core.preferences.custom_emoji import CustomEmojiOffsets
from bot.core.preferences.personal import PersonalPreferences
from bot.core.preferences.posterior import (
    MAX_COMMUNITIES_IN_FIT,
    Preferences,
    estimate_preferences,
    fit_prior,
)
from bot.core.preferences.prior import DEFAULT_PRIOR, PreferencePrior

MAX_COMMUNITIES = 10_000
CHANGE_POLL_INTERVAL = timedelta(seconds=2)
"""Longest time for which another process's change goes unnoticed."""
CLOCK_TOLERANCE = timedelta(seconds=15)
"""Overlap of two readings of changes: clocks differ, and a transaction may be committed late."""
MAX_AGE = timedelta(minutes=10)
"""Counts of shown emojis have little effect: without votes they are read again after this time."""

_Key = tuple[str, str]


class PreferenceCache:
    """LRU cache of community preferences."""

    def __init__(
        self,
        store: PreferenceStore,
        now: Callable[[], datetime],
        max_communities: int = MAX_COMMUNITIES,
    ) -> None:
        """Start empty, with the default prior."""
        self._store = store
        self._now = now
        self._cached: TTLCache[_Key, Preferences, datetime] = TTLCache(
            max_communities, MAX_AGE, timer=now
        )
        self._loads: SingleFlight[_Key, Preferences] = SingleFlight()
        self._last_changes: LRUCache[_Key, datetime] = LRUCache(max_communities)
        self._polled_at = now()
        self._prior = DEFAULT_PRIOR

    async def refit_prior(self) -> PreferencePrior:
        """Fit the prior to the communities with the latest votes, and use it from now on."""
        counts = await self._store.recent_counts(MAX_COMMUNITIES_IN_FIT, self._now())
        fitted = await asyncio.to_thread(fit_prior, counts)
        if fitted != self._prior:
            self._prior = fitted
            self._cached.clear()
            self._loads.clear()
        return fitted

    async def get(self, ref: MessageRef) -> Preferences:
        """Return the current preferences of the message's community."""
        await self._poll_changes()
        key = _key(ref)
        cached = self._cached.get(key)
        if cached is None:
            return await self._loads.join(key, lambda: self._load(key, ref))
        return cached

    def invalidate(self, ref: MessageRef) -> None:
        """Estimate the preferences of the message's community anew at its next message."""
        self._discard(_key(ref))

    async def _load(self, key: _Key, ref: MessageRef) -> Preferences:
        counts = await self._store.counts(ref, self._now())
        preferences = estimate_preferences(counts, self._prior)
        if self._loads.is_current(key):  # not after an invalidation meanwhile
            self._cached[key] = preferences
        return preferences

    def _discard(self, key: _Key) -> None:
        self._cached.pop(key, None)
        self._loads.discard(key)

    async def _poll_changes(self) -> None:
        """Discard what other processes changed; one query for all communities."""
        now = self._now()
        if now - self._polled_at < CHANGE_POLL_INTERVAL:
            return
        since, self._polled_at = self._polled_at - CLOCK_TOLERANCE, now
        for key, changed_at in (await self._store.changes(since)).items():
            if self._last_changes.get(key) != changed_at:
                self._last_changes[key] = changed_at
                self._discard(key)


@dataclass(frozen=True, slots=True)
class PreferenceCaches:
    """Caches of what is derived from the feedback of communities."""

    preferences: PreferenceCache
    embedding_offsets: CustomEmojiOffsets
    personal: PersonalPreferences


def _key(ref: MessageRef) -> _Key:
    return ref.platform, ref.community
