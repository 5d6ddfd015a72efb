"""Figures on sentences that are grave or only sound so, from predictions alone."""

from collections.abc import Collection, Sequence

import numpy as np

from model.emotions import MOCKING_EMOJIS
from model.evaluation import metrics
from model.evaluation.evaluate import Ranked
from model.evaluation.metrics import Statistic

GRAVE = "grave"
FIGURATIVE = "figurative"
FIGURES_OF_SPEECH = frozenset({"💀", "😂"})
"""Emojis that belong on a figure of speech such as *my phone died*."""


def gravity_statistics(ranked: Ranked, kinds: Sequence[Collection[str]]) -> dict[str, Statistic]:
    """Return the figures that some text has a say in; ``kinds`` holds those of each text.

    ``mocked`` is the share of grave texts whose first emoji laughs, celebrates or is morbid,
    ``offered`` that of those with such an emoji among the five, and ``laughed`` that of figurative
    texts with 💀 or 😂 among the five: a model that never laughs mocks nobody.
    """
    size = len(kinds)
    grave = [i for i, tags in enumerate(kinds) if GRAVE in tags]
    figurative = [i for i, tags in enumerate(kinds) if FIGURATIVE in tags]
    shares = {
        "mocked": (grave, [ranked.emojis[i][:1] for i in grave], MOCKING_EMOJIS),
        "offered": (grave, [ranked.emojis[i] for i in grave], MOCKING_EMOJIS),
        "laughed": (figurative, [ranked.emojis[i] for i in figurative], FIGURES_OF_SPEECH),
    }
    return {
        name: metrics.mean(np.array([not emojis.isdisjoint(x) for x in five], float), texts, size)
        for name, (texts, five, emojis) in shares.items()
        if texts
    }
