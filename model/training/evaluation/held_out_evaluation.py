"""Evaluation of an artifact and of baselines on the held-out splits of a recipe."""

from collections.abc import Collection, Iterator, Sequence

from model.evaluation.evaluate import Ranker, evaluate_emojis, evaluate_emotions, measure_latency
from model.figures import EmojiFigures, EmotionFigures, EvaluationResult
from model.text import dedup_key
from model.training.data.sources import load_examples
from model.training.data.splits import Split, read_split
from model.training.evaluation.baselines import (
    LeakRanker,
    NaiveBayesBaseline,
    PriorBaseline,
    read_published,
)
from model.training.recipe import Recipe, SourceRecipe

_MAX_TIMED_TEXTS = 500


def select_splits(recipe: Recipe, names: Collection[str]) -> list[SourceRecipe]:
    """Return the held-out splits with these names; all if no name is given."""
    return [s for s in recipe.held_out if not names or s.name in names]


class Baselines:
    """Baselines of some splits, each fitted once, on no text of any of the splits."""

    def __init__(self, recipe: Recipe, splits: Sequence[SourceRecipe]) -> None:
        self._recipe, self._splits = recipe, splits
        self._fitted: dict[str, list[tuple[str, Ranker]]] = {}

    def for_split(self, split: SourceRecipe) -> list[tuple[str, Ranker]]:
        """Return the baselines by name: published predictions if any, the prior, naive Bayes.

        Raises:
            RecipeError: a file is missing.
        """
        fitted_on = split.baseline or split.name
        if fitted_on not in self._fitted:
            self._fitted[fitted_on] = self._fit(fitted_on)
        if split.published is None:
            return self._fitted[fitted_on]
        published = read_published(split, self._recipe.folder)
        return [("published", published), *self._fitted[fitted_on]]

    def _fit(self, name: str) -> list[tuple[str, Ranker]]:
        sources = [s for s in self._recipe.sources if s.name == name]
        if not sources:
            return []
        # Without the recipe's limit: the baselines get all there is.
        unlimited = [s.model_copy(update={"skip": 0, "limit": None}) for s in sources]
        evaluated = {
            dedup_key(text)
            for split in self._splits
            for text in read_split(self._recipe, split).texts
        }
        examples = load_examples(self._recipe, unlimited, evaluated)
        return [("prior", PriorBaseline(examples)), ("naive Bayes", NaiveBayesBaseline(examples))]


def evaluate_split(
    recipe: Recipe,
    source: SourceRecipe,
    artifact: Ranker,
    name: str,
    baselines: Baselines | None = None,
) -> Iterator[EvaluationResult]:
    """Yield the result of an artifact, then those of the baselines, if any.

    Raises:
        RecipeError: a file is missing.
    """
    split = read_split(recipe, source)
    yield EvaluationResult(split=split.name, ranker=name, figures=_figures(artifact, split))
    if source.leaked_emojis:
        leak_ranker = LeakRanker(artifact, source.leaked_emojis)
        yield EvaluationResult(
            split=split.name,
            ranker=f"{name}, reading the leak",
            figures=_figures(leak_ranker, split),
        )
    if baselines is not None:
        for baseline, ranker in baselines.for_split(source):
            yield EvaluationResult(
                split=split.name, ranker=baseline, figures=_figures(ranker, split)
            )


def evaluate_latency(
    recipe: Recipe, source: SourceRecipe, ranker: Ranker, name: str
) -> EvaluationResult:
    """Measure the latency of a ranker that uses one thread, on 500 texts of a split."""
    texts = read_split(recipe, source).texts[:_MAX_TIMED_TEXTS]
    return EvaluationResult(
        split=source.name, ranker=name, figures=measure_latency(ranker, texts, threads=1)
    )


def _figures(ranker: Ranker, split: Split) -> EmojiFigures | EmotionFigures:
    if split.has_emotions:
        return evaluate_emotions(ranker, split.texts, split.truth)
    return evaluate_emojis(ranker, split.texts, split.truth, split.candidates)
