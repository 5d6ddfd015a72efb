"""Figures of a submission, by set and language and as means over languages, and comparisons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation import metrics
from model.evaluation.bias_probes import run_bias_probes
from model.evaluation.emoji_figures import emoji_statistics
from model.evaluation.emotion_figures import emotion_statistics
from model.evaluation.evaluate import Ranked, rank
from model.evaluation.gravity_figures import gravity_statistics
from model.evaluation.metrics import Statistic
from model.figures import Change, Interval, LatencyFigures, Name, Record, Share
from model.manifest import BiasProbes
from model.training.benchmark.submission import Submission
from model.training.benchmark.tasks import Task, TaskKind, probe_texts

FIGURES: dict[TaskKind, tuple[str, ...]] = {
    "emoji": ("hit_1", "hit_5", "macro_f1"),
    "emotion": ("carried", "tone_deaf"),
    "gravity": ("mocked", "offered", "laughed"),
}
LOWER_IS_BETTER = frozenset({"tone_deaf", "mocked", "offered"})
_STATISTICS: dict[TaskKind, Callable[[Ranked, Any], dict[str, Statistic]]] = {
    "emoji": emoji_statistics,
    "emotion": emotion_statistics,
    "gravity": gravity_statistics,
}


class BenchmarkFigure(Record):
    """A figure with its 95 % bootstrap interval over texts."""

    value: Share
    interval: Interval


class PartResult(Record):
    """Figures on the texts of one set in one language."""

    task: Name
    language: Name | None
    texts: int
    figures: dict[str, BenchmarkFigure]
    calibration_error: float | None = None
    """Expected calibration error of the first emoji; None if authors' emojis are not known."""


class BenchmarkRow(Record):
    """All figures of one submission."""

    name: Name
    figures: dict[str, BenchmarkFigure]
    """Means over languages of the mean over their sets; those of unanswered kinds are missing."""
    calibration_error: float | None = None
    """The same mean."""
    parts: tuple[PartResult, ...]
    """Of the sets that the submission answers."""
    bias_probes: BiasProbes | None = None
    """None if it does not answer them."""
    latency: LatencyFigures | None = None
    """None if only its answers are known."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Texts of one set in one language, and the statistics of one submission on them."""

    task: Task
    language: str | None
    ranked: Ranked = field(repr=False)
    truth: Sequence[tuple[str, ...]] = field(repr=False)

    def statistics(self) -> dict[str, Statistic]:
        found = _STATISTICS[self.task.kind](self.ranked, self.truth)
        return {name: found[name] for name in FIGURES[self.task.kind] if name in found}


def score(name: str, submission: Submission, tasks: Sequence[Task]) -> BenchmarkRow:
    """Compute every figure of a submission; a set that it does not answer whole has none."""
    answered = [task for task in tasks if submission.answers_all(task.split.texts)]
    parts = [part for task in answered for part in _parts(task, submission)]
    results = tuple(map(_part_result, parts))
    overall = {
        figure: BenchmarkFigure(value=value, interval=metrics.bootstrap_over(size, statistic))
        for figure, (size, statistic) in _overall(parts, tasks).items()
        for value in (metrics.value_of(size, statistic),)
    }
    errors = [(r.language, r.calibration_error) for r in results if r.calibration_error is not None]
    return BenchmarkRow(
        name=name,
        figures=overall,
        calibration_error=_mean_over_languages(errors) if "hit_1" in overall else None,
        parts=results,
        bias_probes=(
            run_bias_probes(submission) if submission.answers_all(probe_texts()) else None
        ),
    )


def compare(before: Submission, after: Submission, tasks: Sequence[Task]) -> dict[str, Change]:
    """Return the differences of the overall figures, paired by text, on sets that both answer."""
    common = [
        task
        for task in tasks
        if before.answers_all(task.split.texts) and after.answers_all(task.split.texts)
    ]
    old, new = (
        _overall([part for task in common for part in _parts(task, submission)], common)
        for submission in (before, after)
    )
    return {
        figure: Change(
            difference=metrics.value_of(size, difference),
            interval=metrics.bootstrap_over(size, difference),
        )
        for figure, (size, statistic) in new.items()
        if figure in old
        for difference in (metrics.difference(statistic, old[figure][1]),)
    }


def _parts(task: Task, submission: Submission) -> list[_Part]:
    """Return the parts of a task that a submission answers whole."""
    split = task.split
    if not submission.answers_all(split.texts):
        return []
    ranked = rank(submission, split.texts, split.candidates)
    by_language: dict[str | None, list[int]] = {}
    by_language.update(split.texts_by_language(1))
    by_language = by_language or {None: list(range(len(split.texts)))}
    return [
        _Part(task, language, ranked.of(texts), [split.truth[i] for i in texts])
        for language, texts in by_language.items()
    ]


def _part_result(part: _Part) -> PartResult:
    size = len(part.truth)
    values = metrics.with_intervals(size, part.statistics())
    return PartResult(
        task=part.task.name,
        language=part.language,
        texts=size,
        figures={
            name: BenchmarkFigure(value=values[name], interval=values[f"{name}_interval"])
            for name in FIGURES[part.task.kind]
            if name in values
        },
        calibration_error=(
            metrics.calibration_error(
                part.ranked.scores, metrics.hits(part.ranked.emojis, part.truth, 1)
            )
            if part.task.kind == "emoji"
            else None
        ),
    )


def _overall(parts: Sequence[_Part], tasks: Sequence[Task]) -> dict[str, tuple[int, Statistic]]:
    """Return the number of texts and the mean over languages of each figure of a kind of task.

    A kind of which a set is not answered has none.
    """
    found: dict[str, tuple[int, Statistic]] = {}
    for kind, names in FIGURES.items():
        of_kind = [part for part in parts if part.task.kind == kind]
        asked = {task.name for task in tasks if task.kind == kind}
        if not asked or {part.task.name for part in of_kind} != asked:
            continue
        ends = np.cumsum([len(part.truth) for part in of_kind])
        statistics = [part.statistics() for part in of_kind]
        for name in names:
            terms = [
                (part.language, slice(end - len(part.truth), end), statistic[name])
                for part, end, statistic in zip(of_kind, ends, statistics, strict=True)
                if name in statistic
            ]
            if terms:
                found[name] = int(ends[-1]), _mean_statistic(terms)
    return found


def _mean_statistic(terms: Sequence[tuple[str | None, slice, Statistic]]) -> Statistic:
    """Return the mean over languages of statistics of consecutive parts of the texts."""

    def statistic(counts: NDArray[np.int64]) -> float:
        return _mean_over_languages(
            [(language, term(counts[texts])) for language, texts, term in terms]
        )

    return statistic


def _mean_over_languages(values: Sequence[tuple[str | None, float]]) -> float:
    by_language: dict[str | None, list[float]] = {}
    for language, value in values:
        by_language.setdefault(language, []).append(value)
    return float(np.mean([np.mean(of_language) for of_language in by_language.values()]))
