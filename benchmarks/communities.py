"""Simulated communities on held-out tweets: their preferences, and the feedback they give.

The wanted emoji of a tweet is the author's own; a community with preferences wants
another one instead. A shown emoji is kept with a probability that depends on whether it is wanted,
similar to the wanted one, or neither.

The tweets hold their 43 emojis about equally often, unlike real communities: so each community has
a subject, the emojis of one or two families, to which a share of its messages belongs (``FOCUS``;
with 0 they are the tweets as they are).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import Predictor
from model.emoji import find_emojis
from model.emotions import PLUTCHIK_EMOTIONS, emojis_carrying
from model.text import clean, has_words

TWEETS = Path(__file__).parents[2] / "shared" / "data" / "emoji_tweets"
EXCLUDED_EMOJIS = frozenset("🐰🐣🐇🥚🍳")
"""Search terms of a crawl around Easter, which say nothing about preferences."""

WANTED, SIMILAR, OTHER, UNWANTED = 0.96, 0.7, 0.4, 0.06
"""Probabilities that a shown emoji is kept; the last one for a hated or replaced emoji."""
HOSTILE_FACTOR = 0.1
"""Factor of these in hostile communities."""
KIND_FACTOR, MAX_KEPT = 1.8, 0.97
"""Factor of these in kind communities, and the largest probability."""
AGREES, CORRECTS, NOISE = 0.5, 0.5, 0.05
"""Shares: of kept emojis, those that get an agreement; of removed ones, those that are corrected;
of corrections, those to a random emoji."""

FOCUS = 0.5
"""Share of a community's messages that belong to its subject."""

SWAPS: Sequence[dict[str, str]] = (
    {"😂": "💀", "🤣": "💀", "😆": "💀", "😅": "💀"},
    {"😂": "😭", "🤣": "😭", "😆": "😭", "😅": "😭"},
    {"🙏": "🫡", "🤝": "🫡", "👍": "🫡"},
    {"❤": "🖤", "💕": "🖤", "💖": "🖤", "💜": "🖤"},
    {"🔥": "💯", "👏": "💯", "💪": "💯"},
    {"😍": "🥺", "🥰": "🥺", "😘": "🥺"},
)
HATED = ("😂", "😭", "❤", "🔥", "😍", "🙏")


@dataclass(frozen=True, slots=True)
class Tweets:
    """Texts with the scores of the model and the emojis of their authors."""

    emojis: tuple[str, ...]
    log_scores: NDArray[np.float32]
    """(texts, emojis)."""
    vectors: NDArray[np.float32]
    """(texts, d)."""
    wanted: NDArray[np.intp]
    """(texts,): the author's emoji."""

    def slice(self, start: int, stop: int) -> "Tweets":
        """Return the texts from ``start`` to ``stop``."""
        few = slice(start, stop)
        return Tweets(self.emojis, self.log_scores[few], self.vectors[few], self.wanted[few])


@dataclass(frozen=True)
class Community:
    """Subjects and preferences of the members of one simulated community."""

    kind: str
    subject: frozenset[str]
    """Emojis that occur more often in its messages."""
    replacements: dict[str, str] = field(default_factory=dict)
    """Emoji -> the emoji that members use instead."""
    hated: frozenset[str] = frozenset()
    keep_factor: float = 1.0
    """Factor of the probabilities that an emoji is kept."""


def communities(seed: int) -> list[Community]:
    """Return 15 average communities, 20 that swap emojis, 9 that hate one and 6 hostile ones."""
    generator = np.random.default_rng(seed)
    families = [frozenset(swap) for swap in SWAPS]
    found = []
    for kind, count in (("average", 15), ("swap", 20), ("hate", 9), ("hostile", 6)):
        for number in range(count):
            first, second = (int(n) for n in generator.choice(len(SWAPS), 2, replace=False))
            swaps = {**SWAPS[first], **(SWAPS[second] if number % 2 else {})}
            subject = families[first] | (families[second] if number % 2 else frozenset())
            hated = frozenset({HATED[number % len(HATED)]})
            found.append(
                {
                    "average": Community(kind, subject),
                    "swap": Community(kind, subject, swaps),
                    "hate": Community(kind, hated, hated=hated),
                    "hostile": Community(kind, subject, keep_factor=HOSTILE_FACTOR),
                }[kind]
            )
    return found


def communities_by_mood(seed: int) -> list[Community]:
    """Return three hostile, average and kind communities with the same subjects."""
    generator = np.random.default_rng(seed)
    subjects = [frozenset(SWAPS[n]) for n in generator.choice(len(SWAPS), 3, replace=False)]
    factors = {"hostile": HOSTILE_FACTOR, "average": 1.0, "kind": KIND_FACTOR}
    return [
        Community(mood, subject, keep_factor=factor)
        for mood, factor in factors.items()
        for subject in subjects
    ]


def read_tweets(predictor: Predictor, split: str, limit: int) -> Tweets:
    """Return held-out tweets without their emojis, and the first emoji of each."""
    texts, wanted = read_texts(predictor.emojis, split, limit)
    order = np.argsort([len(text) for text in texts], kind="stable")
    parts = [order[start : start + 64] for start in range(0, len(order), 64)]
    found = np.concatenate([predictor.encode([texts[i] for i in part]) for part in parts])
    vectors = np.empty_like(found)
    vectors[order] = found
    return Tweets(predictor.emojis, predictor.log_scores(vectors), vectors, np.array(wanted))


def read_texts(emojis: Sequence[str], split: str, limit: int) -> tuple[list[str], list[int]]:
    """Return cleaned held-out tweets, and the index of the first of ``emojis`` in each."""
    import pyarrow.parquet as pq

    index = {emoji: i for i, emoji in enumerate(emojis)}
    texts: list[str] = []
    wanted: list[int] = []
    for raw in pq.read_table(TWEETS / f"{split}.parquet", columns=["text"])["text"].to_pylist():
        used = [e for e in dict.fromkeys(find_emojis(raw)) if e in index]
        text = clean(raw)
        if used and has_words(text) and not EXCLUDED_EMOJIS & set(used) and len(texts) < limit:
            texts.append(text)
            wanted.append(index[used[0]])
    return texts, wanted


@cache
def _emotions(emoji: str) -> frozenset[str]:
    return frozenset(emotion for emotion in PLUTCHIK_EMOTIONS if emoji in emojis_carrying(emotion))


class Members:
    """Attitude of the members of a community to shown emojis."""

    def __init__(self, community: Community, emojis: tuple[str, ...], similar: np.ndarray) -> None:
        """``similar`` is ``similarity(emojis)``."""
        self.community = community
        self._index = {emoji: i for i, emoji in enumerate(emojis)}
        self._replacement = np.arange(len(emojis))
        for emoji, other in community.replacements.items():
            self._replacement[self._index[emoji]] = self._index[other]
        self._similar = similar
        unwanted = {*community.replacements, *community.hated}
        self._unwanted = np.array([emoji in unwanted for emoji in emojis])

    def wanted_emojis(self, tweets: Tweets) -> NDArray[np.intp]:
        """Return the emoji that the community wants on each text, shape (texts,)."""
        wanted = self._replacement[tweets.wanted]
        hated = np.flatnonzero(self._unwanted[wanted])
        # Instead of a hated emoji, the best other one of the model.
        allowed = np.where(self._unwanted, -np.inf, tweets.log_scores[hated])
        wanted[hated] = allowed.argmax(axis=1)
        return wanted

    def message_weights(self, tweets: Tweets, focus: float) -> NDArray[np.float64]:
        """Return the probability of each text in this community, shape (texts,)."""
        subject = [self._index[e] for e in self.community.subject if e in self._index]
        within = np.isin(tweets.wanted, subject)
        focus = focus if within.any() else 0.0
        weights: NDArray[np.float64] = (1 - focus) / len(within) + focus * within / max(
            within.sum(), 1
        )
        return weights

    def keep_probabilities(
        self, shown: NDArray[np.intp], wanted: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Return the probability that each shown emoji is kept, shape (texts,)."""
        kept = np.where(self._similar[shown, wanted], SIMILAR, OTHER)
        kept = np.where(self._unwanted[shown], UNWANTED, kept)
        kept = np.where(shown == wanted, WANTED, kept)
        return np.minimum(kept * self.community.keep_factor, MAX_KEPT)

    def oracle_predictions(self, tweets: Tweets) -> NDArray[np.intp]:
        """Return the best predictions under the true preferences, shape (texts,)."""
        scores = np.exp(tweets.log_scores)
        moved = scores.copy()
        for emoji, other in self.community.replacements.items():
            moved[:, self._index[other]] += scores[:, self._index[emoji]]
        moved[:, self._unwanted] = 0.0
        best: NDArray[np.intp] = moved.argmax(axis=1)
        return best


def similarity(emojis: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which emojis share an emotion (EmoTag1200), shape (emojis, emojis)."""
    carried = np.array([[e in _emotions(emoji) for e in PLUTCHIK_EMOTIONS] for emoji in emojis])
    similar: NDArray[np.bool_] = (carried[:, None] & carried).any(axis=2)
    return similar
