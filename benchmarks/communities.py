"""Simulated communities on held-out tweets: what each wants, keeps, removes and corrects.

The wanted emoji of a tweet is the author's own; a community with preferences of its own wants
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
QUERIED = frozenset("🐰🐣🐇🥚🍳")
"""Labels of a crawl around Easter: no community's preferences."""

WANTED, SIMILAR, OTHER, UNWANTED = 0.96, 0.7, 0.4, 0.06
"""Probabilities that a shown emoji is kept; the last one for a hated or replaced emoji."""
HOSTILE = 0.1
"""Factor of these in communities that remove on principle."""
KIND, MOST_KEPT = 1.8, 0.97
"""How much more is kept where people like a bot, and how much at most."""
AGREES, CORRECTS, NOISE = 0.5, 0.5, 0.05
"""Shares: of kept answers, those that somebody joins; of others, those that are corrected; of
corrections, those that are made at random."""

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
    """Texts with what the model says of them and what their authors used."""

    emojis: tuple[str, ...]
    log_scores: NDArray[np.float32]
    """(texts, emojis)."""
    vectors: NDArray[np.float32]
    """(texts, d)."""
    wanted: NDArray[np.intp]
    """(texts,): the author's emoji."""

    def part(self, start: int, stop: int) -> "Tweets":
        """Draw some of them."""
        few = slice(start, stop)
        return Tweets(self.emojis, self.log_scores[few], self.vectors[few], self.wanted[few])


@dataclass(frozen=True)
class Community:
    """Subjects and preferences of the members of one simulated community."""

    kind: str
    subject: frozenset[str]
    """Authors' emojis of which it talks more than others."""
    instead: dict[str, str] = field(default_factory=dict)
    """Emoji -> what they use in its place, everywhere."""
    hated: frozenset[str] = frozenset()
    patience: float = 1.0
    """Factor of the probabilities that they keep an emoji."""


def communities(seed: int) -> list[Community]:
    """Fifty: 15 average, 20 that swap emojis, 9 that hate one, 6 hostile ones."""
    luck = np.random.default_rng(seed)
    families = [frozenset(swap) for swap in SWAPS]
    found = []
    for kind, many in (("average", 15), ("swap", 20), ("hate", 9), ("hostile", 6)):
        for number in range(many):
            first, second = (int(n) for n in luck.choice(len(SWAPS), 2, replace=False))
            swaps = {**SWAPS[first], **(SWAPS[second] if number % 2 else {})}
            subject = families[first] | (families[second] if number % 2 else frozenset())
            hated = frozenset({HATED[number % len(HATED)]})
            found.append(
                {
                    "average": Community(kind, subject),
                    "swap": Community(kind, subject, swaps),
                    "hate": Community(kind, hated, hated=hated),
                    "hostile": Community(kind, subject, patience=HOSTILE),
                }[kind]
            )
    return found


def moods(seed: int) -> list[Community]:
    """Hostile, average and kind ones that talk of the same, three of each."""
    luck = np.random.default_rng(seed)
    subjects = [frozenset(SWAPS[n]) for n in luck.choice(len(SWAPS), 3, replace=False)]
    patience = {"hostile": HOSTILE, "average": 1.0, "kind": KIND}
    return [
        Community(mood, subject, patience=much)
        for mood, much in patience.items()
        for subject in subjects
    ]


def read_tweets(predictor: Predictor, split: str, limit: int) -> Tweets:
    """Held-out tweets, each with one of its own emojis; scored without any, in any order."""
    import pyarrow.parquet as pq

    places = {emoji: i for i, emoji in enumerate(predictor.emojis)}
    texts: list[str] = []
    wanted: list[int] = []
    for raw in pq.read_table(TWEETS / f"{split}.parquet", columns=["text"])["text"].to_pylist():
        used = [e for e in dict.fromkeys(find_emojis(raw)) if e in places]
        text = clean(raw)
        if used and has_words(text) and not QUERIED & set(used) and len(texts) < limit:
            texts.append(text)
            wanted.append(places[used[0]])
    order = np.argsort([len(text) for text in texts], kind="stable")
    parts = [order[start : start + 64] for start in range(0, len(order), 64)]
    found = np.concatenate([predictor.encode([texts[i] for i in part]) for part in parts])
    vectors = np.empty_like(found)
    vectors[order] = found
    return Tweets(predictor.emojis, predictor.log_scores(vectors), vectors, np.array(wanted))


@cache
def _emotions(emoji: str) -> frozenset[str]:
    return frozenset(emotion for emotion in PLUTCHIK_EMOTIONS if emoji in emojis_carrying(emotion))


class Members:
    """Attitude of a community's members to shown emojis."""

    def __init__(self, community: Community, emojis: tuple[str, ...], similar: np.ndarray) -> None:
        """``similar`` is ``similarity(emojis)``."""
        self.community = community
        self._places = {emoji: i for i, emoji in enumerate(emojis)}
        self._instead = np.arange(len(emojis))
        for emoji, other in community.instead.items():
            self._instead[self._places[emoji]] = self._places[other]
        self._similar = similar
        unwanted = {*community.instead, *community.hated}
        self._unwanted = np.array([emoji in unwanted for emoji in emojis])

    def want(self, tweets: Tweets) -> NDArray[np.intp]:
        """(texts,): the emoji that fits best here."""
        wanted = self._instead[tweets.wanted]
        hated = np.flatnonzero(self._unwanted[wanted])
        # In place of a hated emoji, the model's best that is none.
        open_to = np.where(self._unwanted, -np.inf, tweets.log_scores[hated])
        wanted[hated] = open_to.argmax(axis=1)
        return wanted

    def weights(self, tweets: Tweets, focus: float) -> NDArray[np.float64]:
        """(texts,): how likely each is to be written here."""
        subject = [self._places[e] for e in self.community.subject if e in self._places]
        within = np.isin(tweets.wanted, subject)
        focus = focus if within.any() else 0.0
        weights: NDArray[np.float64] = (1 - focus) / len(within) + focus * within / max(
            within.sum(), 1
        )
        return weights

    def keep(self, shown: NDArray[np.intp], wanted: NDArray[np.intp]) -> NDArray[np.float64]:
        """(texts,): how likely each answer is kept."""
        kept = np.where(self._similar[shown, wanted], SIMILAR, OTHER)
        kept = np.where(self._unwanted[shown], UNWANTED, kept)
        kept = np.where(shown == wanted, WANTED, kept)
        return np.minimum(kept * self.community.patience, MOST_KEPT)

    def oracle(self, tweets: Tweets) -> NDArray[np.intp]:
        """(texts,): the best answer of the same model under the true preferences."""
        scores = np.exp(tweets.log_scores)
        moved = scores.copy()
        for emoji, other in self.community.instead.items():
            moved[:, self._places[other]] += scores[:, self._places[emoji]]
        moved[:, self._unwanted] = 0.0
        best: NDArray[np.intp] = moved.argmax(axis=1)
        return best


def similarity(emojis: tuple[str, ...]) -> NDArray[np.bool_]:
    """(emojis, emojis): whether two carry an emotion in common (EmoTag1200)."""
    carried = np.array([[e in _emotions(emoji) for e in PLUTCHIK_EMOTIONS] for emoji in emojis])
    similar: NDArray[np.bool_] = (carried[:, None] & carried).any(axis=2)
    return similar
