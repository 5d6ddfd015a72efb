"""What export cost: an artifact's answers beside those of the network that it was made from."""

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
    """Compare and write it to the manifest; ``vectors`` (texts, d) are the network's own.

    The artifact reads one text at a time, as it mostly does when it serves.
    """
    loaded = artifact.load(folder)
    predictor = Predictor(loaded)
    served = np.concatenate([predictor.encode([text]) for text in texts])
    ours, theirs = (_five(predictor, each) for each in (served, vectors))
    pairs = list(zip(ours, theirs, strict=True))
    hit = [metrics.hits(five, truth, 5).mean() for five in (ours, theirs)]
    parity = Parity(
        texts=len(texts),
        same_five=float(np.mean([set(a) == set(b) for a, b in pairs])),
        common=float(np.mean([len(set(a) & set(b)) / len(b) for a, b in pairs])),
        same_first=float(np.mean([a[0] == b[0] for a, b in pairs])),
        hit_5_change=float(hit[0] - hit[1]),
    )
    artifact.update_manifest(folder, parity=parity)
    log.info("export: %s", parity)
    return parity


def _five(predictor: Predictor, vectors: NDArray[np.float32]) -> list[list[str]]:
    best = np.argsort(-predictor.log_scores(vectors), axis=1, kind="stable")[:, :5]
    return [[predictor.emojis[i] for i in row] for row in best]
