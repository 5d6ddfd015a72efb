"""Whether a candidate may take over: better where people spoke, no worse where it was measured.

Every difference is paired by text, with a 95 % bootstrap interval (Efron & Tibshirani, 1993).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from model.artifact import LAYOUT, Artifact
from model.emoji import emoji_names
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, SAD_OR_FEARFUL_EMOTIONS, emojis_carrying
from model.evaluation import metrics
from model.evaluation.evaluate import CachingPredictor, measure_latency, rank
from model.predictor import Predictor
from model.training.data.splits import Split, read_split
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.replay import is_available
from model.training.recipe import Recipe

MIN_TEXTS = 30
"""Held-out texts with feedback below which nothing can be said."""
MAX_BENCHMARK_TEXTS = 5000
"""Of each benchmark."""


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse a candidate may be."""

    hit: float = 0.005
    """Of the share of texts with a right emoji among the five, as of emotions carried."""
    tone_deaf: float = 0.005
    calibration: float = 0.01
    latency: float = 1.25
    """Times the time of the artifact before."""
    size: float = 1.1


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared."""

    split: str
    figure: str
    texts: int
    before: float
    after: float
    interval: tuple[float, float] | None
    """Of the difference, 95 %."""
    requirement: str
    passed: bool


@dataclass(frozen=True, slots=True)
class GateReport:
    """All that was compared, and whether the candidate may take over."""

    before: str
    candidate: str
    checks: list[Check]
    missing_benchmarks: list[str]
    """Benchmarks of the recipe whose files are not here."""

    @property
    def passed(self) -> bool:
        """Whether every check was."""
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"passed": self.passed, **asdict(self)}


class _Sharing(CachingPredictor):
    """A candidate with the same encoder: each text is encoded once for both."""

    def __init__(self, artifact: Artifact, other: CachingPredictor) -> None:
        super().__init__(artifact)
        self.encode = other.encode  # type: ignore[method-assign]


def run_gate(
    before: Artifact,
    candidate: Artifact,
    held_out: Sequence[FeedbackTarget],
    recipe: Recipe | None,
    margins: Margins | None = None,
) -> GateReport:
    """Compare a candidate with the artifact that it is to replace."""
    margins = margins or Margins()
    old = CachingPredictor(before)
    alike = all(
        before.manifest.sha256[file] == candidate.manifest.sha256[file]
        for file in (LAYOUT.encoder, LAYOUT.tokenizer)
    )
    new = _Sharing(candidate, old) if alike else CachingPredictor(candidate)
    checks = list(_on_feedback(old, new, held_out))
    splits = [] if recipe is None else [s for s in recipe.held_out if is_available(recipe, s)]
    for source in splits:
        assert recipe is not None  # noqa: S101 - it is where the splits come from
        short = source if source.limit else source.model_copy(update={"limit": MAX_BENCHMARK_TEXTS})
        checks += _on_benchmark(old, new, read_split(recipe, short), margins)
    checks += _on_benchmark(old, new, _names(), margins)
    checks += _costs(before, candidate, alike, [lesson.text for lesson in held_out], margins)
    absent = [] if recipe is None else [s.name for s in recipe.held_out if s not in splits]
    return GateReport(before.version, candidate.version, checks, absent)


def agreement(five: Sequence[str], lesson: FeedbackTarget) -> float:
    """How well an answer suits what people said, 0 to 1.

    The mean of: something that they liked is among the five; nothing that they rejected is first.
    """
    said = []
    if lesson.liked:
        said.append(not lesson.liked.keys().isdisjoint(five))
    if lesson.rejected:
        said.append(lesson.rejected.keys().isdisjoint(five[:1]))
    return float(np.mean(said))


def _on_feedback(
    old: CachingPredictor, new: CachingPredictor, held_out: Sequence[FeedbackTarget]
) -> Iterator[Check]:
    demand = "above it, the interval too"
    if len(held_out) < MIN_TEXTS:
        figure = f"at least {MIN_TEXTS} texts"
        yield Check("feedback", figure, len(held_out), 0, 0, None, demand, False)
        return
    texts = [lesson.text for lesson in held_out]
    fives = [rank(ranker, texts, None)[0] for ranker in (old, new)]
    before, after = (
        np.array([agreement(five, x) for five, x in zip(ranked, held_out, strict=True)])
        for ranked in fives
    )
    interval = metrics.bootstrap_interval(after - before)
    yield _check("feedback", "agreement", before, after, demand, interval[0] > 0)
    for k in (1, 5):
        liked = [i for i, lesson in enumerate(held_out) if lesson.liked]
        truth = [held_out[i].liked for i in liked]
        one, two = (metrics.hits([r[i] for i in liked], truth, k).astype(float) for r in fives)
        if liked:
            yield _check("feedback", f"hit@{k} of what was liked", one, two, "-", True)


def _on_benchmark(
    old: CachingPredictor, new: CachingPredictor, split: Split, margins: Margins
) -> Iterator[Check]:
    (one, one_scores), (two, two_scores) = (
        rank(ranker, split.texts, split.candidates) for ranker in (old, new)
    )
    if split.has_emotions:
        yield from _on_emotions(one, two, split, margins)
        return
    before, after = (metrics.hits(r, split.truth, 5).astype(float) for r in (one, two))
    yield _no_worse(split.name, "hit@5", before, after, margins.hit)
    firsts = [metrics.hits(r, split.truth, 1) for r in (one, two)]
    errors = [
        metrics.calibration_error(scores, first)
        for scores, first in zip((one_scores, two_scores), firsts, strict=True)
    ]
    yield Check(
        split.name,
        "calibration error",
        len(split.texts),
        errors[0],
        errors[1],
        None,
        f"at most {margins.calibration * 100:g} points more",
        errors[1] - errors[0] <= margins.calibration,
    )


def _on_emotions(
    one: Sequence[Sequence[str]], two: Sequence[Sequence[str]], split: Split, margins: Margins
) -> Iterator[Check]:
    felt = [(i, {t for t in tags if emojis_carrying(t)}) for i, tags in enumerate(split.truth)]
    felt = [(i, tags) for i, tags in felt if tags]
    before, after = (
        np.array(
            [np.mean([not emojis_carrying(t).isdisjoint(r[i]) for t in tags]) for i, tags in felt]
        )
        for r in (one, two)
    )
    yield _no_worse(split.name, "emotion carried", before, after, margins.hit)
    sad = [i for i, tags in felt if tags <= _SAD and tags & SAD_OR_FEARFUL_EMOTIONS]
    if sad:
        deaf = [
            np.array(
                [not LAUGHING_OR_CELEBRATING_EMOJIS.isdisjoint(r[i][:1]) for i in sad], dtype=float
            )
            for r in (one, two)
        ]
        yield _no_worse(
            split.name, "tone-deaf", deaf[0], deaf[1], margins.tone_deaf, less_is_better=True
        )


_SAD = SAD_OR_FEARFUL_EMOTIONS | {"anger", "disgust", "annoyance", "disapproval", "nervousness"}


def _names() -> Split:
    """What emojis are called, which every installation has."""
    called = {emoji: words[0] for emoji, words in emoji_names().items()}
    return Split("names", False, list(called.values()), [(e,) for e in called], None)


def _costs(
    before: Artifact, candidate: Artifact, alike: bool, texts: Sequence[str], margins: Margins
) -> Iterator[Check]:
    sizes = [
        sum((a.folder / f).stat().st_size for f in LAYOUT.hashed_files) for a in (before, candidate)
    ]
    most = f"at most {margins.size:g} times"
    passed = sizes[1] <= sizes[0] * margins.size
    yield Check("cost", "bytes", 0, sizes[0], sizes[1], None, most, passed)
    if alike or not texts:  # the same graph takes the same time
        return
    times = [measure_latency(Predictor(a), list(texts)[:200]).p50 for a in (before, candidate)]
    most = f"at most {margins.latency:g} times"
    passed = times[1] <= times[0] * margins.latency
    yield Check("cost", "milliseconds", len(texts), times[0], times[1], None, most, passed)


def _no_worse(
    split: str,
    figure: str,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    margin: float,
    *,
    less_is_better: bool = False,
) -> Check:
    """At most the margin worse, or one text where that is more: a finer change cannot be told.

    Where a set is so small that its interval is wider than ``_TELLING`` each way, chance alone can
    take more than that; there it must not be clearly worse, the whole interval on the wrong side.
    """
    allowed = max(margin, 1 / len(before))
    worse, way = (after - before, "more") if less_is_better else (before - after, "less")
    passed = bool(worse.mean() <= allowed + _ROUNDING)
    demand = f"at most {allowed * 100:.2g} points {way}"
    low, high = metrics.bootstrap_interval(worse)
    if (high - low) / 2 > _TELLING:
        passed, demand = passed or low <= 0, f"{demand}, or within chance"
    return _check(split, figure, before, after, demand, passed)


_TELLING = 0.02
_ROUNDING = 1e-9


def _check(
    split: str,
    figure: str,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    demand: str,
    passed: bool,
) -> Check:
    interval = metrics.bootstrap_interval(after - before)
    means = float(before.mean()), float(after.mean())
    return Check(split, figure, len(before), *means, interval, demand, passed)
