"""LRU cache of the rules of communities."""

from cachetools import LRUCache

from bot.core.events import MessageRef
from bot.core.ports import RuleStore
from bot.core.rules.rule_set import NO_RULES, RuleSet

MAX_COMMUNITIES = 1000
"""With an expression or more, each takes up to a megabyte."""

_Key = tuple[str, str]


class RuleCache:
    """Rules by community, read again when their version changes.

    The version comes with the settings of each message (``MemberStatus``): as long as it stays, no
    query is needed, and a change by another process holds from the next message on.
    """

    def __init__(self, store: RuleStore, max_communities: int = MAX_COMMUNITIES) -> None:
        """Start empty."""
        self._store = store
        self._cached: LRUCache[_Key, tuple[int, RuleSet]] = LRUCache(max_communities)

    async def get(self, ref: MessageRef, version: int) -> RuleSet:
        """Return the rules of the message's community; 0 is the version without any.

        Raises:
            StoreFailed: they cannot be read.
        """
        if not version:
            return NO_RULES
        key = ref.platform, ref.community
        cached = self._cached.get(key)
        if cached is None or cached[0] != version:
            rules = RuleSet(await self._store.rules(ref))
            self._cached[key] = cached = version, rules
        return cached[1]
