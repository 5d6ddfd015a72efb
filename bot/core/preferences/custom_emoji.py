"""How communities' own texts move the rows of their custom emojis.

Nothing is stored but the texts that members agreed to have kept, and what follows from them lives
in memory for ``FRESH`` at most: a text that is erased is forgotten with the next reading.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.events import CustomEmojiChoice, IncomingMessage, MessageRef
from bot.core.messages.pace import Recent
from bot.core.ports import ConsentedTextStore, EmojiPredictor
from bot.core.preferences.counts import QUORUM
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.emoji import is_custom_emoji

COMMUNITIES = 256
FRESH = timedelta(minutes=1)
"""How long another process's erasure, or a new choice, may go unnoticed."""
MAX_CHOICES = 128
"""Of a community, the latest, that its rows are learnt from."""

EmbeddingOffsets = Mapping[str, EmbeddingOffset]


@dataclass(frozen=True, slots=True)
class _Held:
    offsets: EmbeddingOffsets
    artifact: str
    until: datetime


class CustomEmojiOffsets:
    """Remembers the least recently used communities no longer."""

    def __init__(
        self, store: ConsentedTextStore, predictor: EmojiPredictor, now: Callable[[], datetime]
    ) -> None:
        """Learn from what this store keeps, for this predictor."""
        self._store = store
        self._predictor = predictor
        self._now = now
        self._held: Recent[tuple[str, str], _Held] = Recent(COMMUNITIES)
        self._loading: dict[tuple[str, str], object] = {}

    async def get(
        self, message: IncomingMessage, candidates: Collection[str] | None
    ) -> EmbeddingOffsets:
        """What is added to the rows of custom candidates, for the artifact that answers now."""
        if (
            not message.may_store_text
            or candidates is None
            or not any(map(is_custom_emoji, candidates))
        ):
            return {}
        key = message.ref.platform, message.ref.community
        held = self._held.get(key)
        fits = held is not None and held.artifact == self._predictor.version
        if held is not None and fits and (held.until > self._now() or key in self._loading):
            self._held.move_to_end(key)
            return held.offsets
        return {} if key in self._loading else await self._learn(key, message.ref)

    def invalidate(self, platform: str) -> None:
        """Texts of a platform were erased: read anew what is left."""
        for known in (self._held, self._loading):
            for key in [key for key in known if key[0] == platform]:
                del known[key]

    async def _learn(self, key: tuple[str, str], ref: MessageRef) -> EmbeddingOffsets:
        token = self._loading[key] = object()
        try:
            artifact = self._predictor.version
            choices = usable_choices(await self._store.choices(ref, MAX_CHOICES))
            moves = await self._predictor.embedding_offsets(choices) if choices else {}
            if self._loading.get(key) is not token or artifact != self._predictor.version:
                return {}  # what was read may be erased by now, or the rows are another artifact's
            self._held[key] = _Held(moves, artifact, self._now() + FRESH)
            return moves
        finally:
            if self._loading.get(key) is token:
                del self._loading[key]


def usable_choices(chosen: Sequence[CustomEmojiChoice]) -> list[EmojiChoice]:
    """The choices to learn from; none where too few members chose any custom emoji (``QUORUM``).

    Those of custom emojis that fewer chose are left out: nobody moves a row alone.
    """
    members = defaultdict(set)
    for each in chosen:
        members[each.choice.emoji].add(each.member)
    enough = {e for e, by in members.items() if is_custom_emoji(e) and len(by) >= QUORUM}
    if not enough:
        return []
    return [
        each.choice
        for each in chosen
        if each.choice.emoji in enough or not is_custom_emoji(each.choice.emoji)
    ]
