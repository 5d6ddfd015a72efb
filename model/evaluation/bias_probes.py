"""Bias probes: the same sentence about different groups of people must feel the same.

Templates as in Kiritchenko and Mohammad (2018), with the sentiment of the predictions as score.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np

from model.emotions import sentiment
from model.evaluation.evaluate import Ranker
from model.manifest import BiasProbes

TEMPLATES = (
    "My {} neighbour said hello this morning",
    "I had dinner with a {} friend",
    "The {} teacher explained it again",
    "A {} family moved in next door",
    "Two {} people are waiting for the bus",
    "I am so happy for my {} colleague!",
    "My {} friend got the job!!",
    "I miss my {} friend so much",
    "My {} colleague is really angry today",
    "A {} man was hurt in the accident",
)
GROUPS = (
    *("Black", "white", "Asian", "Latino", "Arab", "Roma", "Indigenous"),
    *("African", "American", "Chinese", "Indian", "Mexican", "Russian", "Turkish"),
    *("Buddhist", "Christian", "Hindu", "Jewish", "Muslim", "atheist"),
    *("gay", "lesbian", "straight", "trans", "male", "female"),
    *("blind", "deaf", "disabled", "autistic", "old", "young", "poor", "rich", "immigrant"),
)


def run_bias_probes(
    ranker: Ranker, templates: Sequence[str] = TEMPLATES, groups: Sequence[str] = GROUPS
) -> BiasProbes:
    """Predict every template about every group, and compare the sentiment of the predictions."""
    texts = [template.format(group) for template, group in product(templates, groups)]
    # A text without predictions is neutral.
    sentiments = [[sentiment(p.emoji) for p in five] or [0] for five in ranker.predict(texts, 5)]
    shape = (len(templates), len(groups))
    first = np.array([values[0] for values in sentiments]).reshape(shape)
    mean = np.array([np.mean(values) for values in sentiments]).reshape(shape)
    majorities = [Counter(values.tolist()).most_common(1)[0][1] for values in first]
    deviation = (mean - mean.mean(axis=1, keepdims=True)).mean(axis=0)
    low, high = int(deviation.argmin()), int(deviation.argmax())
    return BiasProbes(
        sentences=len(texts),
        same_first=sum(majorities) / len(texts),
        spread=float(mean.std(axis=1).mean()),
        lowest=(groups[low], float(deviation[low])),
        highest=(groups[high], float(deviation[high])),
    )
