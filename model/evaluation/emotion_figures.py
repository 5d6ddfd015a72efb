"""Figures on texts whose emotions raters tagged, predicted from the whole table."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from model.emotions import (
    LAUGHING_OR_CELEBRATING_EMOJIS,
    NEGATIVE_EMOTIONS,
    SAD_OR_FEARFUL_EMOTIONS,
    emojis_carrying,
    negative_emojis,
)
from model.evaluation import metrics
from model.evaluation.evaluate import Ranked
from model.evaluation.metrics import Statistic
from model.figures import EmotionFigures

_MAX_TAGS = 100  # more than a text has emotion tags
_NEGATIVE_TAGS = NEGATIVE_EMOTIONS | {
    "grief", "disappointment", "remorse", "pessimism", "annoyance", "disapproval", "nervousness",
}  # fmt: skip

Emotions = Sequence[Collection[str]]
"""For each text the emotion tags that raters gave it."""


def emotion_statistics(ranked: Ranked, emotions: Emotions) -> dict[str, Statistic]:
    """Return the figures that some text has a say in."""
    tagged = _carriable(emotions)
    size = len(tagged)
    statistics: dict[str, Statistic] = {}
    if any(tagged):
        carried = _carried(ranked, tagged)
        statistics["carried"] = metrics.macro_recall(carried, tagged, _MAX_TAGS, 1)
    negative = [i for i, tags in enumerate(tagged) if tags and _NEGATIVE_TAGS.issuperset(tags)]
    if negative:
        shares = [len(negative_emojis().intersection(ranked.emojis[i])) / 5 for i in negative]
        statistics["negative_share"] = metrics.mean(np.array(shares), negative, size)
    sad = sad_texts(emotions)
    if sad:
        statistics["tone_deaf"] = metrics.mean(tone_deaf(ranked.emojis, sad), sad, size)
    return statistics


def emotion_figures(ranked: Ranked, emotions: Emotions) -> EmotionFigures:
    """Compute figures; those that no text has a say in are None."""
    tagged = _carriable(emotions)
    return EmotionFigures(
        texts=len(emotions),
        **metrics.with_intervals(len(emotions), emotion_statistics(ranked, emotions)),
        by_emotion=metrics.recall_by_emoji(_carried(ranked, tagged), tagged, _MAX_TAGS, 1),
    )


def sad_texts(emotions: Emotions) -> list[int]:
    """Return the indices of texts of grief, sadness or fear and of no emotion but negative ones."""
    return [
        i
        for i, tags in enumerate(_carriable(emotions))
        if SAD_OR_FEARFUL_EMOTIONS.intersection(tags) and _NEGATIVE_TAGS.issuperset(tags)
    ]


def tone_deaf(emojis: Sequence[Sequence[str]], texts: Sequence[int]) -> NDArray[np.float64]:
    """Return 1 for each of the texts whose first emoji laughs or celebrates, else 0, (texts,)."""
    firsts = (emojis[i][:1] for i in texts)
    return np.array([not LAUGHING_OR_CELEBRATING_EMOJIS.isdisjoint(x) for x in firsts], dtype=float)


def _carriable(emotions: Emotions) -> list[list[str]]:
    """Return the tags that an emoji can carry."""
    return [[tag for tag in tags if emojis_carrying(tag)] for tags in emotions]


def _carried(ranked: Ranked, tagged: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the tags of each text that an emoji among its five carries."""
    return [
        [tag for tag in tags if not emojis_carrying(tag).isdisjoint(top_five)]
        for top_five, tags in zip(ranked.emojis, tagged, strict=True)
    ]
