"""The tastes of the communities that spoke of late, learnt anew when their counts change."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.events import MessageRef
from bot.core.messages.pace import Recent
from bot.core.ports import PreferenceStore
from bot.core.preferences.posterior import (
    MAX_COMMUNITIES_IN_FIT,
    Preferences,
    estimate_preferences,
    fit_prior,
)
from bot.core.preferences.prior import DEFAULT_PRIOR, PreferencePrior

COMMUNITIES = 10_000
REFRESH = timedelta(seconds=2)
"""How long another process's change may go unnoticed."""
OVERLAP = timedelta(seconds=15)
"""Clocks differ, and a transaction may wait for another one before others can see it."""
STALE = timedelta(minutes=10)
"""What was merely shown changes little: it is read again after a while."""


@dataclass(frozen=True, slots=True)
class _Held:
    taste: Preferences
    until: datetime


class PreferenceCache:
    """Remembers the least recently used communities no longer."""

    def __init__(
        self, store: PreferenceStore, now: Callable[[], datetime], communities: int = COMMUNITIES
    ) -> None:
        """Learn from this store; remember at most so many communities."""
        self._store = store
        self._now = now
        self._held: Recent[tuple[str, str], _Held] = Recent(communities)
        self._loading: dict[tuple[str, str], object] = {}
        self._noticed: Recent[tuple[str, str], datetime] = Recent(communities)
        self._looked = now()
        self._prior = DEFAULT_PRIOR

    async def refit_prior(self) -> PreferencePrior:
        """Fit the prior to the communities that spoke last; it holds from now on."""
        counts = await self._store.recent_counts(MAX_COMMUNITIES_IN_FIT, self._now())
        fitted = await asyncio.to_thread(fit_prior, counts)
        if fitted != self._prior:
            self._prior = fitted
            self._held.clear()
            self._loading.clear()
        return fitted

    async def get(self, ref: MessageRef) -> Preferences:
        """The taste that holds in the message's community now."""
        now = self._now()
        await self._look(now)
        key = _key(ref)
        held = self._held.get(key)
        if held is not None and held.until > now:
            self._held.move_to_end(key)
            return held.taste
        token = self._loading[key] = object()
        taste = estimate_preferences(await self._store.counts(ref, now), self._prior)
        if self._loading.get(key) is token:  # nothing changed meanwhile
            del self._loading[key]
            self._held[key] = _Held(taste, now + STALE)
        return taste

    def invalidate(self, ref: MessageRef) -> None:
        """Something was said in the message's community: learn it anew at the next message."""
        self._forget(_key(ref))

    def _forget(self, key: tuple[str, str]) -> None:
        self._held.pop(key, None)
        self._loading.pop(key, None)

    async def _look(self, now: datetime) -> None:
        """Ask what other processes changed, once for all communities."""
        if now - self._looked < REFRESH:
            return
        since, self._looked = self._looked - OVERLAP, now
        for key, at in (await self._store.changes(since)).items():
            if self._noticed.get(key) != at:
                self._noticed[key] = at
                self._forget(key)


def _key(ref: MessageRef) -> tuple[str, str]:
    return ref.platform, ref.community
