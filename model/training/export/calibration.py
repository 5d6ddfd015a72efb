"""Calibration of an artifact's scores: rare-emoji bias, temperature and confidence threshold."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit, logsumexp

from model import artifact
from model.artifact import EmojiTable
from model.evaluation import metrics
from model.predictor import Predictor
from model.scores import log_scores

# The calibration error is a step function of the temperature, which line searches cannot minimise.
_TEMPERATURES = np.geomspace(0.5, 3.0, 61)
_BATCH_SIZE = 64


def calibrate(
    folder: Path, texts: Sequence[str], truth: Sequence[Collection[str]], precision: float
) -> None:
    """Set bias of untrained emojis, temperature and threshold of an artifact from held-out texts.

    Untrained emojis get the bias that gives them, over all texts, the share that they have among
    the authors' emojis (``truth``). The temperature (Guo et al., 2017) minimises the calibration
    error of the first emoji's score; the threshold is the lowest score from which on the first
    emoji is among the author's own in ``precision`` of the texts.
    """
    loaded = artifact.load(folder)
    table, manifest = loaded.table, loaded.manifest
    predictor = Predictor(loaded)
    starts = range(0, len(texts), _BATCH_SIZE)
    vectors = np.concatenate([predictor.encode(texts[i : i + _BATCH_SIZE]) for i in starts])
    products = vectors @ table.embeddings.T
    table = _with_rare_bias(table, products, manifest.trained_emojis, truth)

    def first_scores(temperature: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the first emoji's score, and if the author used it, (texts,) each."""
        scores = log_scores(products, table.bias, temperature, manifest.uniform_prior_weight)
        first = scores.argmax(1)
        is_used = [table.emojis[i] in used for i, used in zip(first, truth, strict=True)]
        return np.exp(scores.max(1)), np.array(is_used)

    errors = [metrics.calibration_error(*first_scores(t)) for t in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(errors))])
    description = manifest.updated(
        temperature=round(temperature, 4),
        threshold=find_threshold(*first_scores(temperature), precision),
        threshold_precision=precision,
    )
    artifact.save_table(table, folder)
    artifact.write_manifest(folder, manifest.name, table.emojis, description)


def _with_rare_bias(
    table: EmojiTable,
    products: NDArray[np.float32],
    trained: int,
    truth: Sequence[Collection[str]],
) -> EmojiTable:
    """Return the table with a bias for the emojis behind the first ``trained``."""
    is_untrained = np.arange(len(table.emojis)) >= trained
    if not is_untrained.any() or is_untrained.all():
        return table
    share = _untrained_share(table, is_untrained, truth)
    shift = find_shift(products + table.bias, is_untrained, share)
    return replace(table, bias=table.bias + np.float32(shift) * is_untrained.astype(np.float32))


def _untrained_share(
    table: EmojiTable, is_untrained: NDArray[np.bool_], truth: Sequence[Collection[str]]
) -> float:
    """Return the share of untrained emojis among the authors', after Laplace's rule."""
    known = {e: bool(u) for e, u in zip(table.emojis, is_untrained, strict=True)}
    used = [known[emoji] for emojis in truth for emoji in emojis if emoji in known]
    return (sum(used) + 1) / (len(used) + 2)


def find_shift(logits: NDArray[np.float32], columns: NDArray[np.bool_], share: float) -> float:
    """Return what to add to some columns so that their mean probability is ``share``, above 0.

    ``logits`` are (texts, emojis), ``columns`` (emojis,).
    """
    log_odds = logsumexp(logits[:, columns], axis=1) - logsumexp(logits[:, ~columns], axis=1)
    log_odds = log_odds.astype(np.float64)
    # At these shifts every text alone is on one side of the share; 1 is room for rounding.
    low, high = logit(share) - log_odds.max() - 1, logit(share) - log_odds.min() + 1
    return float(brentq(lambda shift: np.mean(expit(log_odds + shift)) - share, low, high))


def find_threshold(
    scores: NDArray[np.float64], is_correct: NDArray[np.bool_], precision: float
) -> float:
    """Return the lowest score from which on ``precision`` of the texts are correct; 1 if none is.

    Both arrays are (texts,).
    """
    order = np.argsort(-scores)
    running = np.cumsum(is_correct[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= precision)
    # Rounded down, so that the text that set the threshold passes it.
    return math.floor(scores[order[reached[-1]]] * 1e4) / 1e4 if len(reached) else 1.0
