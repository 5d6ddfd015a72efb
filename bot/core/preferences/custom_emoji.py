"""Embedding offsets of custom emojis, learnt from a community's texts.

Only texts that members agreed to have kept are read. What is learnt from them stays in memory for
``MAX_AGE`` at most: an erased text has no effect after that.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import LRUCache

from bot.core.events import CustomEmojiChoice, IncomingMessage, MessageRef
from bot.core.ports import ConsentedTextStore, EmojiPredictor
from bot.core.preferences.counts import QUORUM
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.emoji import is_custom_emoji

MAX_COMMUNITIES = 256
MAX_AGE = timedelta(minutes=1)
"""Longest time for which a new choice, or an erasure by another process, goes unnoticed."""
MAX_CHOICES = 128
"""Latest choices of a community from which its offsets are learnt."""

EmbeddingOffsets = Mapping[str, EmbeddingOffset]
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    offsets: EmbeddingOffsets
    artifact_version: str
    expires_at: datetime


class CustomEmojiOffsets:
    """LRU cache of the embedding offsets of communities."""

    def __init__(
        self, store: ConsentedTextStore, predictor: EmojiPredictor, now: Callable[[], datetime]
    ) -> None:
        """Start empty; ``predictor`` learns offsets from the texts in ``store``."""
        self._store = store
        self._predictor = predictor
        self._now = now
        self._cached: LRUCache[_Key, _Entry] = LRUCache(MAX_COMMUNITIES)
        self._loading: dict[_Key, object] = {}

    async def get(
        self, message: IncomingMessage, candidates: Collection[str] | None
    ) -> EmbeddingOffsets:
        """Return the offsets for the artifact that serves now; empty without custom candidates.

        While one call learns them anew, others use the previous ones.
        """
        if (
            not message.may_store_text
            or candidates is None
            or not any(map(is_custom_emoji, candidates))
        ):
            return {}
        key = message.ref.platform, message.ref.community
        entry = self._cached.get(key)
        if entry is not None and self._is_usable(key, entry):
            return entry.offsets
        return {} if key in self._loading else await self._load(key, message.ref)

    def invalidate(self, platform: str) -> None:
        """Discard all offsets of a platform on which texts were erased."""
        for by_community in (self._cached, self._loading):
            for key in [key for key in by_community if key[0] == platform]:
                del by_community[key]

    def _is_usable(self, key: _Key, entry: _Entry) -> bool:
        if entry.artifact_version != self._predictor.version:
            return False
        return entry.expires_at > self._now() or key in self._loading

    async def _load(self, key: _Key, ref: MessageRef) -> EmbeddingOffsets:
        # Whoever invalidates the community meanwhile removes the token: then nothing is used.
        token = self._loading[key] = object()
        try:
            version = self._predictor.version
            choices = usable_choices(await self._store.choices(ref, MAX_CHOICES))
            offsets = await self._predictor.embedding_offsets(choices) if choices else {}
            if self._loading.get(key) is not token or version != self._predictor.version:
                return {}
            self._cached[key] = _Entry(offsets, version, self._now() + MAX_AGE)
            return offsets
        finally:
            if self._loading.get(key) is token:
                del self._loading[key]


def usable_choices(choices: Sequence[CustomEmojiChoice]) -> list[EmojiChoice]:
    """Return the choices to learn from.

    A custom emoji that fewer than ``QUORUM`` members chose is left out, so that a single member
    has no effect. Choices of standard emojis are kept if there is a custom one: they say on which
    texts it was not chosen.
    """
    members = defaultdict(set)
    for chosen in choices:
        members[chosen.choice.emoji].add(chosen.member)
    learnable = {e for e, by in members.items() if is_custom_emoji(e) and len(by) >= QUORUM}
    if not learnable:
        return []
    return [
        chosen.choice
        for chosen in choices
        if chosen.choice.emoji in learnable or not is_custom_emoji(chosen.choice.emoji)
    ]
