"""Scores that mean what they say: temperature and threshold from held-out texts."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from model import artifact
from model.evaluation import metrics
from model.predictor import Predictor
from model.scores import log_scores

_TEMPERATURES = np.geomspace(0.5, 3.0, 61)


def calibrate(
    folder: Path, texts: Sequence[str], truth: Sequence[Collection[str]], precision: float
) -> None:
    """Set the bias of untrained emojis, temperature and threshold of an artifact; seal it again.

    Untrained emojis get the bias that gives them, over all texts, the share that they have among
    the authors' emojis. The temperature (Guo et al., 2017) brings the first emoji's score to the
    share of texts that it fits; the threshold is the least score from which on the first emoji
    fits ``precision`` of them.
    """
    loaded = artifact.load(folder)
    table, manifest = loaded.table, loaded.manifest
    predictor = Predictor(loaded)
    vectors = np.concatenate(
        [predictor.encode(texts[i : i + 64]) for i in range(0, len(texts), 64)]
    )
    products = vectors @ table.embeddings.T
    untrained = np.arange(len(table.emojis)) >= manifest.trained_emojis
    if untrained.any() and not untrained.all():
        share = _share(table, untrained, truth)
        shift = _shift_to_share(products + table.bias, untrained, share)
        table = replace(table, bias=table.bias + shift * untrained.astype(np.float32))
    uniform_prior_weight = manifest.uniform_prior_weight

    def first_at(temperature: float) -> tuple[np.ndarray, np.ndarray]:
        """The first emoji's score, and whether the author used it."""
        scores = log_scores(products, table.bias, temperature, uniform_prior_weight)
        first = scores.argmax(1)
        fits = [table.emojis[i] in used for i, used in zip(first, truth, strict=True)]
        return np.exp(scores.max(1)), np.array(fits)

    errors = [metrics.calibration_error(*first_at(t)) for t in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(errors))])
    description = manifest.updated(
        temperature=round(temperature, 4),
        threshold=_threshold(*first_at(temperature), precision),
        threshold_precision=precision,
    )
    artifact.save_table(table, folder)
    artifact.write_manifest(folder, manifest.name, table.emojis, description)


def _share(
    table: artifact.EmojiTable, untrained: np.ndarray, truth: Sequence[Collection[str]]
) -> float:
    """Share of the untrained among the authors' emojis, with one more of them than were seen."""
    known = {e: bool(u) for e, u in zip(table.emojis, untrained, strict=True)}
    seen = [known[emoji] for used in truth for emoji in used if emoji in known]
    return (sum(seen) + 1) / (len(seen) + 2)


def _shift_to_share(logits: np.ndarray, untrained: np.ndarray, share: float) -> float:
    """What to add to the untrained columns so that their mean probability is ``share``."""
    odds = _log_sum(logits[:, untrained]) - _log_sum(logits[:, ~untrained])
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        too_much = np.mean(1 / (1 + np.exp(-(odds + middle)))) > share
        low, high = (low, middle) if too_much else (middle, high)
    return low


def _log_sum(logits: np.ndarray) -> np.ndarray:
    peak = logits.max(1)
    total: np.ndarray = peak + np.log(np.exp(logits - peak[:, None]).sum(1))
    return total


def _threshold(scores: np.ndarray, correct: np.ndarray, precision: float) -> float:
    order = np.argsort(-scores)
    running = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(running >= precision)
    # Rounded down, so that the text that set the threshold passes it.
    return math.floor(scores[order[good[-1]]] * 1e4) / 1e4 if len(good) else 1.0
