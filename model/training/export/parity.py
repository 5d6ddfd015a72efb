"""Parity: agreement of an artifact's predictions with those of the network it was made from."""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import artifact
from model.evaluation import metrics
from model.manifest import Parity
from model.predictor import Predictor

log = logging.getLogger(__name__)


def check_parity(
    folder: Path,
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    truth: Sequence[Collection[str]],
) -> Parity:
    """Measure the parity and write it to the manifest.

    ``vectors`` (texts, d) are the network's.

    The artifact encodes one text at a time, as it mostly does when it serves.
    """
    loaded = artifact.load(folder)
    predictor = Predictor(loaded)
    served = np.concatenate([predictor.encode([text]) for text in texts])
    exported, original = (_top_fives(predictor, x) for x in (served, vectors))
    pairs = list(zip(exported, original, strict=True))
    hit_exported, hit_original = (metrics.hits(x, truth, 5).mean() for x in (exported, original))
    parity = Parity(
        texts=len(texts),
        same_five=float(np.mean([set(a) == set(b) for a, b in pairs])),
        common=float(np.mean([len(set(a) & set(b)) / len(b) for a, b in pairs])),
        same_first=float(np.mean([a[0] == b[0] for a, b in pairs])),
        hit_5_change=float(hit_exported - hit_original),
    )
    artifact.update_manifest(folder, parity=parity)
    log.info("export: %s", parity)
    return parity


def _top_fives(predictor: Predictor, vectors: NDArray[np.float32]) -> list[list[str]]:
    """Return the five best emojis of the whole table for each of the vectors, (texts, d)."""
    best = np.argsort(-predictor.log_scores(vectors), axis=1, kind="stable")[:, :5]
    return [[predictor.emojis[i] for i in row] for row in best]
