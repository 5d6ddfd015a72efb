"""An artifact on the held-out splits of a recipe, beside the baselines: one row for each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from model.evaluation import (
    EmojiFigures,
    EmotionFigures,
    Latency,
    Ranker,
    evaluate_emojis,
    evaluate_emotions,
    latency,
)
from model.text import dedup_key
from model.training.baselines import NaiveBayes, Prior, ReadingTheLeak, read_published
from model.training.recipe import Recipe, SourceRecipe
from model.training.sources import load_examples
from model.training.splits import Split, read_split

_TIMED = 500


@dataclass(frozen=True, slots=True)
class Row:
    """What one ranker reached on one split."""

    split: str
    ranker: str
    figures: EmojiFigures | EmotionFigures | Latency


def chosen_splits(recipe: Recipe, names: Collection[str]) -> list[SourceRecipe]:
    """The held-out splits of these names; all where there are none."""
    return [s for s in recipe.held_out if not names or s.name in names]


def evaluate_split(
    recipe: Recipe, source: SourceRecipe, artifact: Ranker, name: str, *, baselines: bool
) -> Iterator[Row]:
    """The artifact's row, then those of the baselines.

    Raises:
        RecipeError: a file is missing.
    """
    split = read_split(recipe, source)
    yield Row(split.name, name, _figures(artifact, split))
    if source.leak:
        reading = ReadingTheLeak(artifact, source.leak)
        yield Row(split.name, f"{name}, reading the leak", _figures(reading, split))
    if baselines:
        for rival, ranker in _baselines(recipe, source, split):
            yield Row(split.name, rival, _figures(ranker, split))


def evaluate_latency(recipe: Recipe, source: SourceRecipe, opened: Ranker, name: str) -> Row:
    """How long a text takes what was opened with one thread; 500 texts of a split."""
    texts = read_split(recipe, source).texts[:_TIMED]
    return Row(source.name, name, latency(opened, texts, threads=1))


def _figures(ranker: Ranker, split: Split) -> EmojiFigures | EmotionFigures:
    if split.emotions:
        return evaluate_emotions(ranker, split.texts, split.truth)
    return evaluate_emojis(ranker, split.texts, split.truth, split.candidates)


def _baselines(recipe: Recipe, source: SourceRecipe, split: Split) -> Iterator[tuple[str, Ranker]]:
    if source.published:
        yield "published", read_published(source, recipe.folder)
    fitted_on = source.baseline or source.name
    sources = [s for s in recipe.sources if s.name == fitted_on]
    if not sources:
        return
    # Without the recipe's limit: the baselines get all there is.
    whole = [s.model_copy(update={"limit": None}) for s in sources]
    examples = load_examples(recipe, whole, {dedup_key(text) for text in split.texts})
    yield "prior", Prior(examples)
    yield "naive Bayes", NaiveBayes(examples)
