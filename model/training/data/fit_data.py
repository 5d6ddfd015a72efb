"""Data of one fit: tokenised examples, the emojis to learn, and the sources."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from model.examples import Example
from model.training.data.batches import TokenizedExamples, tokenize
from model.training.recipe import FitRecipe


@dataclass(frozen=True, slots=True)
class FitData:
    """Training and validation examples over the same emojis and sources."""

    train: TokenizedExamples
    validation: TokenizedExamples
    emojis: list[str]
    """Most frequent first."""
    sources: list[str]
    """Names, sorted."""


def load_fit_data(
    recipe: FitRecipe, tokenizer: Tokenizer, train: list[Example], validation: list[Example]
) -> FitData:
    """Select the emojis with at least ``recipe.min_count`` examples, and tokenise."""
    emojis = emoji_vocabulary(train, recipe.min_count)
    sources = sorted({x.source for x in (*train, *validation)})
    weights = class_weights(train, recipe.class_weight_power)
    return FitData(
        tokenize(train, tokenizer, emojis, sources, weights),
        tokenize(validation, tokenizer, emojis, sources, {}),
        emojis,
        sources,
    )


def emoji_vocabulary(examples: Sequence[Example], min_count: int) -> list[str]:
    """Return the emojis of at least ``min_count`` examples, most frequent first."""
    counts = Counter(emoji for example in examples for emoji in example.emojis)
    return [emoji for emoji, count in counts.most_common() if count >= min_count]


def class_weights(examples: Sequence[Example], power: float) -> dict[str, float]:
    """Return (median frequency / frequency) ** power for each emoji, clipped to [1/3, 3].

    Median frequency balancing (Eigen & Fergus, 2015), softened by the power.
    """
    counts = Counter(e for x in examples if not x.are_alternatives for e in x.emojis)
    median = float(np.median(list(counts.values()))) if counts else 1.0
    return {e: float(np.clip((median / n) ** power, 1 / 3, 3)) for e, n in counts.items()}


def make_label_mask(data: FitData, closed_sources: Collection[str]) -> Tensor:
    """Return (sources, emojis) bool: the emojis that each source can have as a label.

    A closed source has a fixed label set; any other may have every emoji.
    """
    mask = torch.ones(len(data.sources), len(data.emojis), dtype=torch.bool)
    for i, name in enumerate(data.sources):
        if name in closed_sources:
            mask[i] = False
            # Those of validation as well: a loss on an excluded label would hide all others.
            for part in (data.train, data.validation):
                for index in np.flatnonzero(part.source == i):
                    mask[i, part.emojis[index].astype(np.int64)] = True
    return mask
