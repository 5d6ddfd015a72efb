"""Simulated members who react otherwise than authors write, and the feedback that they give.

Each member draws a reaction from ``TASTES``, by the emoji that the author wrote, and keeps, removes
or corrects what is shown as in ``benchmarks.communities``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.communities import (
    AGREES,
    CORRECTS,
    NOISE,
    OTHER,
    SIMILAR,
    WANTED,
    read_texts,
    similarity,
)
from bot.core.events import FeedbackKind
from model import Predictor
from model.training.feedback.feedback_targets import FeedbackTarget

TASTES: Sequence[tuple[str, Mapping[str, float]]] = (
    ("😭🥲😢💔🥺😞😔😩😨🫠😳", {"🫂": 0.6, "❤": 0.25, "🙏": 0.15}),
    ("😂🤣😅💀🤡😆😁🤭😉😋", {"😂": 0.5, "👍": 0.3, "💯": 0.2}),
    ("😍🥰❤🤍💜💙🥹😘☺💕😊🫶😌🥵", {"❤": 0.6, "🔥": 0.25, "👍": 0.15}),
    ("😡😤🖕💩🙄🤦🤷", {"💯": 0.4, "👍": 0.3, "🫂": 0.3}),
    ("🎉🥳🙌💪😎🤩🔥✨🎂👏😇", {"🔥": 0.5, "👏": 0.3, "🎉": 0.2}),
)
"""Emojis that authors write, and the shares of the reactions that members want there."""
ANY_TASTE: Mapping[str, float] = {"👍": 0.6, "👀": 0.2, "🙏": 0.2}


@dataclass(frozen=True, slots=True)
class Posts:
    """Tweets without their emojis."""

    texts: list[str] = field(repr=False)
    written: NDArray[np.intp]
    """(texts,): the author's emoji"""
    log_scores: NDArray[np.float32]
    """(texts, emojis): of the artifact before any feedback"""


class Crowd:
    """Members with a common taste in reactions."""

    def __init__(self, emojis: tuple[str, ...]) -> None:
        """Take all emojis of the artifact."""
        self._emojis = emojis
        self._index = {emoji: i for i, emoji in enumerate(emojis)}
        kept = np.where(similarity(emojis), SIMILAR, OTHER)
        np.fill_diagonal(kept, WANTED)
        self._kept = kept
        """(shown, wanted)"""

    def taste(self, written: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the reactions wanted on a text with this emoji of its author, and their shares."""
        emoji = self._emojis[written]
        shares = next((taste for those, taste in TASTES if emoji in those), ANY_TASTE)
        return np.array([self._index[e] for e in shares]), np.array(list(shares.values()))

    def acceptance(self, shown: NDArray[np.intp], posts: Posts) -> NDArray[np.float64]:
        """Return the probability that each shown emoji is kept, (texts,)."""
        kept = np.empty(len(shown))
        for i, (emoji, written) in enumerate(zip(shown, posts.written, strict=True)):
            wanted, shares = self.taste(written)
            kept[i] = self._kept[emoji, wanted] @ shares
        return kept

    def ceiling(self, posts: Posts) -> NDArray[np.float64]:
        """Return the acceptance of the best emoji for one who sees what the author wrote."""
        tastes = (self.taste(written) for written in posts.written)
        return np.array([(self._kept[:, wanted] @ shares).max() for wanted, shares in tastes])

    def votes(
        self, posts: Posts, post: int, rng: np.random.Generator
    ) -> list[tuple[FeedbackKind, int]]:
        """Draw a member's feedback on the emoji that the artifact shows; it may be none."""
        scores = posts.log_scores[post]
        shown = int(scores.argmax())
        reactions, shares = self.taste(posts.written[post])
        wanted = int(rng.choice(reactions, p=shares))
        if rng.random() < self._kept[shown, wanted]:
            return [(FeedbackKind.AGREE, shown)] if rng.random() < AGREES else []
        removal = (FeedbackKind.REMOVE, shown)
        if rng.random() >= CORRECTS or wanted == shown:
            return [removal]
        if rng.random() < NOISE:
            wanted = int(rng.choice(len(scores), p=np.exp(scores) / np.exp(scores).sum()))
        return [removal, (FeedbackKind.CORRECT, wanted)]


@dataclass(frozen=True, slots=True)
class Log:
    """Feedback on some posts, in order."""

    posts: Posts
    entries: Sequence[tuple[int, Sequence[tuple[FeedbackKind, int]]]]
    """Index of the post, and the votes on it."""

    def first(self, amount: int) -> "Log":
        """Return so many pieces of feedback."""
        return Log(self.posts, self.entries[:amount])

    def targets(self, emojis: Sequence[str]) -> list[FeedbackTarget]:
        """Return them as training reads them from an export."""
        found = []
        for post, votes in self.entries:
            given = {kind: emojis[emoji] for kind, emoji in votes}
            chosen, kept = given.get(FeedbackKind.CORRECT), given.get(FeedbackKind.AGREE)
            removed = given.get(FeedbackKind.REMOVE)
            liked = {chosen: 2.0} if chosen else {kept: 1.0} if kept else {}
            corrected = frozenset({chosen} if chosen else ())
            rejected = {removed: 1.0} if removed and removed != chosen else {}
            found.append(FeedbackTarget(self.posts.texts[post], liked, rejected, corrected))
        return found


def read_posts(predictor: Predictor, split: str, limit: int) -> Posts:
    """Return tweets in random order."""
    texts, written = read_texts(predictor.emojis, split, limit)
    order = np.random.default_rng(7).permutation(len(texts))
    shuffled = [texts[i] for i in order]
    return Posts(shuffled, np.array(written)[order], log_scores(predictor, shuffled))


def log_scores(predictor: Predictor, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the log-scores, (texts, emojis), of cleaned texts."""
    parts = (texts[i : i + 256] for i in range(0, len(texts), 256))
    return np.concatenate([predictor.log_scores(predictor.encode(part)) for part in parts])


def talk(crowd: Crowd, posts: Posts, seed: int) -> Log:
    """Return the feedback of members on the posts."""
    rng = np.random.default_rng(seed)
    votes = ((post, crowd.votes(posts, post, rng)) for post in range(len(posts.texts)))
    return Log(posts, [(post, given) for post, given in votes if given])
