"""Figures of a layout: its five beside the predictor's on the same held-out texts."""

from collections.abc import Collection, Sequence

import numpy as np

from model.evaluation.metrics import hits
from model.figures import Count, Name, Record, Share
from model.training.layouts.layout_format import LayoutFormat


class LayoutFigures(Record):
    """Figures of one layout on one split, measured with the library that reads it."""

    version: Name
    """Of the artifact."""
    format: LayoutFormat
    read_by: Name
    """Library and its version."""
    split: Name
    texts: Count
    hit_5: Share
    """Of the layout, on raw texts."""
    predictor_hit_5: Share
    same_five: Share
    """Share of texts whose top fives are the same set."""
    common: Share
    """Share of the predictor's top five that are in the layout's."""


def compare(
    layout: Sequence[Sequence[str]],
    predictor: Sequence[Sequence[str]],
    truth: Sequence[Collection[str]],
) -> dict[str, float | int]:
    """Return the measured fields of ``LayoutFigures`` for the fives of each text."""
    pairs = list(zip(layout, predictor, strict=True))
    return {
        "texts": len(pairs),
        "hit_5": float(hits(layout, truth, 5).mean()),
        "predictor_hit_5": float(hits(predictor, truth, 5).mean()),
        "same_five": float(np.mean([set(a) == set(b) for a, b in pairs])),
        "common": float(np.mean([len(set(a) & set(b)) / max(1, len(b)) for a, b in pairs])),
    }
