"""Preferences of one member who agreed to it, on top of those of the community.

The model is that of communities (``bot.core.preferences.posterior``), with a prior whose centre is
the community's bias instead of zero. Nothing more is stored than without it: the counts come from
the member's own rows, so that they are erased with these. They are of one community: what a member
does in another one shows nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cachetools import TTLCache

from bot.core.events import MemberKey, MessageRef
from bot.core.ports import PreferenceStore
from bot.core.preferences.counts import Counts
from bot.core.preferences.posterior import Preferences, posterior_preferences
from bot.core.preferences.prior import DEFAULT_PRIOR, MAX_BIAS, PreferencePrior

MAX_MEMBERS = 2_000
MAX_AGE = timedelta(minutes=10)
"""Counts of shown emojis have little effect: without votes they are read again after this time."""

_Key = tuple[str, str, MemberKey]


def personal_preferences(
    community: Preferences,
    counts: Mapping[str, Counts],
    prior: PreferencePrior = DEFAULT_PRIOR,
) -> Preferences:
    """Return the community's preferences with the differences that a member's counts make."""
    own = posterior_preferences(counts, prior, community)
    bias = {
        emoji: min(max(community.bias.get(emoji, 0.0) + difference, -MAX_BIAS), MAX_BIAS)
        for emoji, difference in own.bias.items()
    }
    return replace(
        community, bias={**community.bias, **bias}, bias_sd={**community.bias_sd, **own.bias_sd}
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    community: Preferences
    """The preferences from which the member's own were estimated."""
    preferences: Preferences


class PersonalPreferences:
    """Cache of the preferences of members who agreed.

    A vote renews the preferences of the community, and with them those of its members.
    """

    def __init__(self, store: PreferenceStore, now: Callable[[], datetime]) -> None:
        """Start empty."""
        self._store = store
        self._now = now
        self._cached: TTLCache[_Key, _Entry, datetime] = TTLCache(MAX_MEMBERS, MAX_AGE, timer=now)

    async def get(self, ref: MessageRef, member: MemberKey, community: Preferences) -> Preferences:
        """Return the member's preferences on top of the ``community``'s current ones.

        Raises:
            StoreFailed: the counts cannot be read.
        """
        key = ref.platform, ref.community, member
        entry = self._cached.get(key)
        if entry is None or entry.community is not community:
            counts = await self._store.member_counts(ref, member, self._now())
            entry = _Entry(community, personal_preferences(community, counts))
            self._cached[key] = entry
        return entry.preferences

    def discard(self, platform: str, member: MemberKey) -> None:
        """Discard what is derived from a member's rows, which were erased."""
        for key in [key for key in self._cached if (key[0], key[2]) == (platform, member)]:
            del self._cached[key]
