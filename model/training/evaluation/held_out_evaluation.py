"""Evaluation of an artifact and its rivals on the held-out splits of a recipe."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from model.evaluation import metrics
from model.evaluation.emoji_figures import emoji_figures, emoji_statistics
from model.evaluation.emotion_figures import emotion_figures, emotion_statistics
from model.evaluation.evaluate import Ranked, Ranker, measure_latency, rank
from model.figures import Change, EvaluationResult
from model.training.data.splits import Split, read_split
from model.training.evaluation.baselines import LeakRanker
from model.training.evaluation.fitted_baselines import Baselines
from model.training.recipe import Recipe, SourceRecipe

_MAX_TIMED_TEXTS = 500
MIN_LANGUAGE_TEXTS = 100
"""Texts of a language that has figures of its own."""


@dataclass(frozen=True, slots=True)
class EvaluatedRanker:
    """A ranker under the name that its results have."""

    name: str
    ranker: Ranker
    threshold: float | None = None
    """Its confidence threshold; None for a baseline."""


@dataclass(frozen=True, slots=True)
class Rivals:
    """Rankers that an artifact is compared with."""

    former: EvaluatedRanker | None = None
    """Another artifact, compared text by text."""
    baselines: Baselines | None = None


def select_splits(recipe: Recipe, names: Collection[str]) -> list[SourceRecipe]:
    """Return the held-out splits with these names; all if no name is given."""
    return [s for s in recipe.held_out if not names or s.name in names]


def evaluate_split(
    recipe: Recipe, source: SourceRecipe, artifact: EvaluatedRanker, rivals: Rivals | None = None
) -> Iterator[EvaluationResult]:
    """Yield the results of an artifact, then those of its rivals.

    Each ranker has one on all texts and, if the split has several languages, one on those of each
    language that has enough.

    Raises:
        RecipeError: a file is missing.
    """
    rivals = rivals or Rivals()
    split = read_split(recipe, source)
    ranked = _rank(artifact, split)
    former = None if rivals.former is None else _Reference.of(rivals.former, split)
    yield from _results(artifact, ranked, split, former)
    if source.leaked_emojis:
        leaking = LeakRanker(artifact.ranker, source.leaked_emojis)
        others = [EvaluatedRanker(f"{artifact.name}, reading the leak", leaking)]
    else:
        others = []
    if rivals.former is not None and former is not None:
        yield from _results(rivals.former, former.ranked, split)
    if rivals.baselines is not None:
        found = rivals.baselines.for_split(source)
        others += [EvaluatedRanker(name, baseline) for name, baseline in found]
    for other in others:
        yield from _results(other, _rank(other, split), split)


def evaluate_latency(
    recipe: Recipe, source: SourceRecipe, ranker: Ranker, name: str
) -> EvaluationResult:
    """Measure the latency of a ranker that uses one thread, on 500 texts of a split."""
    texts = read_split(recipe, source).texts[:_MAX_TIMED_TEXTS]
    return EvaluationResult(
        split=source.name, ranker=name, figures=measure_latency(ranker, texts, threads=1)
    )


@dataclass(frozen=True, slots=True)
class _Reference:
    """Predictions of another artifact for the same texts."""

    name: str
    ranked: Ranked = field(repr=False)

    @classmethod
    def of(cls, former: EvaluatedRanker, split: Split) -> "_Reference":
        return cls(former.name, _rank(former, split))


def _rank(evaluated: EvaluatedRanker, split: Split) -> Ranked:
    return rank(evaluated.ranker, split.texts, split.candidates)


def _results(
    evaluated: EvaluatedRanker, ranked: Ranked, split: Split, reference: _Reference | None = None
) -> Iterator[EvaluationResult]:
    parts: list[tuple[str | None, Sequence[int]]] = [(split.language, range(len(split.texts)))]
    if split.language is None:
        parts += split.texts_by_language(MIN_LANGUAGE_TEXTS).items()
    for language, texts in parts:
        truth = [split.truth[i] for i in texts]
        part = ranked.of(texts)
        figures = (
            emotion_figures(part, truth)
            if split.has_emotions
            else emoji_figures(part, truth, evaluated.threshold)
        )
        yield EvaluationResult(
            split=split.name,
            ranker=evaluated.name,
            language=language,
            figures=figures,
            against=None if reference is None else reference.name,
            changes={}
            if reference is None
            else _changes(split, truth, reference.ranked.of(texts), part),
        )


def _changes(
    split: Split, truth: Sequence[tuple[str, ...]], before: Ranked, after: Ranked
) -> dict[str, Change]:
    statistics = emotion_statistics if split.has_emotions else emoji_statistics
    old, new = statistics(before, truth), statistics(after, truth)
    return {
        name: Change(
            difference=metrics.value_of(len(truth), difference),
            interval=metrics.bootstrap_over(len(truth), difference),
        )
        for name in old.keys() & new.keys()
        for difference in (metrics.difference(new[name], old[name]),)
    }
