"""Calibration of an artifact's scores: rare-emoji bias, temperature and confidence threshold."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit, logsumexp

from model import artifact
from model.artifact import Artifact, EmojiTable
from model.emoji import TELEGRAM_REACTIONS
from model.examples import Example
from model.predictor import Predictor
from model.training.data.sources import load_examples
from model.training.export.temperature import (
    CandidateScores,
    find_temperature,
    find_threshold,
    first_scores,
)
from model.training.recipe import Recipe

_BATCH_SIZE = 64
_MIN_LANGUAGE_TEXTS = 100
"""Texts of a language that counts by itself; the others count together as one."""
_MOST_USED = (20, 64, 200)
"""Sizes of sets of the emojis that authors use most."""


@dataclass(frozen=True, slots=True)
class CalibrationTexts:
    """Held-out texts with the emojis of their authors."""

    open: Sequence[Example]
    """Of sources whose authors had all emojis to choose from."""
    closed: Sequence[Sequence[Example]] = ()
    """Of each source with a fixed list of emojis; scored among the emojis that occur in it."""

    @classmethod
    def of(cls, examples: Sequence[Example], recipe: Recipe) -> "CalibrationTexts":
        """Divide the validation examples of a recipe by what their authors had to choose from.

        Emotions are left out. Without open sources, the closed ones count as open.
        """
        labelled = [x for x in examples if not x.are_alternatives]
        fixed = [s.name for s in recipe.validation if s.kind == "label"]
        closed = [[x for x in labelled if x.source == name] for name in fixed]
        others = [x for x in labelled if x.source not in fixed]
        return cls(others or labelled, list(filter(None, closed)))


def calibrate_on_validation(loaded: Artifact, recipe: Recipe) -> Artifact:
    """Calibrate an artifact on the validation texts of a recipe.

    Its figures, which were measured with other scores, are dropped.

    Raises:
        RecipeError: a source is missing.
    """
    examples = load_examples(recipe, recipe.validation)
    calibrate(loaded.folder, CalibrationTexts.of(examples, recipe), recipe.precision)
    return artifact.update_manifest(loaded.folder, figures=())


def calibrate(folder: Path, texts: CalibrationTexts, precision: float) -> None:
    """Set bias of untrained emojis, temperature and threshold of an artifact from held-out texts.

    Untrained emojis get the bias that gives them, over all open texts, the share that they have
    among the authors' emojis. The temperature (Guo et al., 2017) is a line in the logarithm of the
    number of candidates: the scores among the whole table, Telegram's reactions, the emojis that
    are used most, and each fixed list all say how often the first emoji is right. The threshold is
    the lowest score from which on the first emoji of the whole table is among the author's own in
    ``precision`` of the texts. Every language has the same weight.
    """
    loaded = artifact.load(folder)
    manifest = loaded.manifest
    predictor = Predictor(loaded)
    products = _encode(predictor, texts.open) @ loaded.table.embeddings.T
    truth = [x.emojis for x in texts.open]
    table = _with_rare_bias(loaded.table, products, manifest.trained_emojis, truth)
    every = _among(table, products, texts.open, table.emojis)
    parts = [every, *_parts(table, products, texts.open)]
    for examples in texts.closed:
        labels = {emoji for x in examples for emoji in x.emojis}
        own = _encode(predictor, examples) @ table.embeddings.T
        parts.append(_among(table, own, examples, labels))
    share = manifest.uniform_prior_weight
    temperature, slope = find_temperature([p for p in parts if len(p.truth)], share)
    scores, is_right = first_scores(every, temperature, share)
    description = manifest.updated(
        temperature=round(temperature, 4),
        temperature_slope=round(slope, 4),
        threshold=find_threshold(scores, is_right, every.weights, precision),
        threshold_precision=precision,
    )
    artifact.save_table(table, folder)
    artifact.write_manifest(folder, manifest.name, table.emojis, description)


def _encode(predictor: Predictor, examples: Sequence[Example]) -> NDArray[np.float32]:
    """Return text vectors, (texts, d); texts of one length share a batch."""
    order = np.argsort([len(x.text) for x in examples], kind="stable")
    vectors = [
        predictor.encode([examples[i].text for i in order[start : start + _BATCH_SIZE]])
        for start in range(0, len(order), _BATCH_SIZE)
    ]
    result: NDArray[np.float32] = np.concatenate(vectors)[np.argsort(order)]
    return result


def _parts(
    table: EmojiTable, products: NDArray[np.float32], examples: Sequence[Example]
) -> list[CandidateScores]:
    """Return the texts whose emoji is in a part of the table, scored among that part."""
    counts = Counter(emoji for x in examples for emoji in x.emojis)
    most_used = [emoji for emoji, _ in counts.most_common()]
    sets = [TELEGRAM_REACTIONS, *(most_used[:size] for size in _MOST_USED)]
    return [_among(table, products, examples, emojis) for emojis in sets]


def _among(
    table: EmojiTable,
    products: NDArray[np.float32],
    examples: Sequence[Example],
    emojis: Collection[str],
) -> CandidateScores:
    """Return what scores among some emojis need, of the texts whose author used one of them."""
    allowed = set(emojis)
    columns = [i for i, emoji in enumerate(table.emojis) if emoji in allowed]
    texts = [i for i, x in enumerate(examples) if not allowed.isdisjoint(x.emojis)]
    return CandidateScores(
        share=len(columns) / len(table.emojis),
        emojis=[table.emojis[i] for i in columns],
        products=products[np.ix_(texts, columns)],
        bias=table.bias[columns],
        truth=[examples[i].emojis for i in texts],
        weights=language_weights([examples[i].language for i in texts]),
    )


def language_weights(languages: Sequence[str | None]) -> NDArray[np.float64]:
    """Return weights of texts, (texts,), with sum 1 and the same sum for each language.

    Languages with few texts count as one.
    """
    counts = Counter(languages)
    groups = [
        language if counts[language] >= _MIN_LANGUAGE_TEXTS else None for language in languages
    ]
    sizes = Counter(groups)
    return np.array([1 / (sizes[group] * len(sizes)) for group in groups])


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
