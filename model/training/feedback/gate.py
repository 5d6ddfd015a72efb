"""Gate before promotion: better on held-out feedback, no worse on benchmarks, time and size."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model.artifact import LAYOUT, Artifact
from model.emoji import emoji_names
from model.emotions import emojis_carrying
from model.evaluation import metrics
from model.evaluation.emotion_figures import sad_texts, tone_deaf
from model.evaluation.evaluate import CachingPredictor, measure_latency, rank
from model.predictor import Predictor
from model.training.data.splits import Split, read_split
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.gate_report import Check, GateReport, PairedFigure
from model.training.feedback.replay import is_available
from model.training.recipe import Recipe

MIN_TEXTS = 30
"""Held-out texts with feedback below which no difference can be detected."""
MAX_BENCHMARK_TEXTS = 5000
_MAX_TIMED_TEXTS = 200


@dataclass(frozen=True, slots=True)
class Margins:
    """Largest losses of a candidate that passes."""

    hit: float = 0.005
    """Of hit@5, and of the share of emotions carried."""
    tone_deaf: float = 0.005
    calibration: float = 0.01
    latency: float = 1.25
    """Factor of the earlier artifact's latency."""
    size: float = 1.1
    """Factor of the earlier artifact's size."""


class _SharedEncoder(CachingPredictor):
    """A predictor with the same encoder: each text is encoded once for both."""

    def __init__(self, artifact: Artifact, other: CachingPredictor) -> None:
        super().__init__(artifact)
        self.encode_with_gravity = other.encode_with_gravity  # type: ignore[method-assign]


class _Compared:
    """One of the artifacts: what it shows, and what it says that authors write."""

    def __init__(self, artifact: Artifact, reactions: CachingPredictor) -> None:
        self.reactions = reactions
        """With the reaction head, if the artifact has one."""
        has_head = artifact.reaction_head is not None
        authors = _SharedEncoder(artifact.of_authors(), reactions) if has_head else reactions
        self.authors: CachingPredictor = authors


def run_gate(
    before: Artifact,
    candidate: Artifact,
    held_out: Sequence[FeedbackTarget],
    recipe: Recipe | None,
    margins: Margins | None = None,
) -> GateReport:
    """Compare a candidate with the artifact that it is to replace.

    The benchmarks are those of the recipe whose files exist, and the names of emojis. They are
    about what authors write; feedback and tone-deaf emojis are about reactions.

    Raises:
        RecipeError: a benchmark's file cannot be read.
    """
    margins = margins or Margins()
    same_encoder = all(
        before.manifest.sha256.get(file) == candidate.manifest.sha256.get(file)
        for file in (LAYOUT.encoder, LAYOUT.tokenizer, LAYOUT.gravity_network)
    )
    first = CachingPredictor(before)
    second = _SharedEncoder(candidate, first) if same_encoder else CachingPredictor(candidate)
    old, new = _Compared(before, first), _Compared(candidate, second)
    checks = list(_check_feedback(first, second, held_out))
    for split in (*_read_benchmarks(recipe), _names_split()):
        checks += _check_benchmark(old, new, split, margins)
    checks.append(_check_size(before, candidate, margins))
    texts = [target.text for target in held_out][:_MAX_TIMED_TEXTS]
    if texts and not same_encoder:  # the same graph takes the same time
        checks.append(_check_latency(before, candidate, texts, margins))
    missing = [] if recipe is None else [s for s in recipe.held_out if not is_available(recipe, s)]
    return GateReport(before.version, candidate.version, checks, [s.name for s in missing])


def agreement(top_five: Sequence[str], target: FeedbackTarget) -> float:
    """Return how well predictions agree with feedback, 0 to 1.

    The mean of: a liked emoji is among the five; no rejected emoji is first.
    """
    agreed = []
    if target.liked:
        agreed.append(not target.liked.keys().isdisjoint(top_five))
    if target.rejected:
        agreed.append(target.rejected.keys().isdisjoint(top_five[:1]))
    return float(np.mean(agreed))


def _read_benchmarks(recipe: Recipe | None) -> Iterator[Split]:
    if recipe is None:
        return
    for source in recipe.held_out:
        if is_available(recipe, source):
            limit = source.limit or MAX_BENCHMARK_TEXTS
            yield read_split(recipe, source.model_copy(update={"limit": limit}))


def _names_split() -> Split:
    """Return the names of emojis as texts, which need no file of a recipe."""
    names = {emoji: words[0] for emoji, words in emoji_names().items()}
    return Split("names", False, list(names.values()), [(emoji,) for emoji in names], None)


def _check_feedback(
    old: CachingPredictor, new: CachingPredictor, held_out: Sequence[FeedbackTarget]
) -> Iterator[Check]:
    if len(held_out) < MIN_TEXTS:
        figure = f"at least {MIN_TEXTS} texts"
        requirement = "above it, the interval too"
        yield Check("feedback", figure, len(held_out), 0, 0, None, requirement, passed=False)
        return
    texts = [target.text for target in held_out]
    ranked_old, ranked_new = (rank(ranker, texts, None)[0] for ranker in (old, new))
    before, after = (
        np.array([agreement(five, x) for five, x in zip(ranked, held_out, strict=True)])
        for ranked in (ranked_old, ranked_new)
    )
    yield PairedFigure("feedback", "agreement", before, after).check_better()
    liked = [i for i, target in enumerate(held_out) if target.liked]
    truth = [held_out[i].liked for i in liked]
    for k in (1, 5) if liked else ():
        before, after = (
            metrics.hits([ranked[i] for i in liked], truth, k).astype(float)
            for ranked in (ranked_old, ranked_new)
        )
        paired = PairedFigure("feedback", f"hit@{k} of what was liked", before, after)
        yield paired.check("-", passed=True)
    yield from _report_kinds(held_out, ranked_old, ranked_new)


def _report_kinds(
    held_out: Sequence[FeedbackTarget],
    ranked_old: Sequence[Sequence[str]],
    ranked_new: Sequence[Sequence[str]],
) -> Iterator[Check]:
    """Yield hit@5 of approvals and of corrections apart.

    People approve of what the earlier artifact showed, so it is right about all of these; only a
    correction says what it lacked. Neither is a requirement.
    """
    kinds: dict[str, list[Collection[str]]] = {
        "hit@5 of approved emojis": [x.liked.keys() - x.corrected for x in held_out],
        "hit@5 of corrections": [x.corrected for x in held_out],
    }
    for figure, truths in kinds.items():
        texts = [i for i, truth in enumerate(truths) if truth]
        if not texts:
            continue
        before, after = (
            metrics.hits([ranked[i] for i in texts], [truths[i] for i in texts], 5).astype(float)
            for ranked in (ranked_old, ranked_new)
        )
        yield PairedFigure("feedback", figure, before, after).check("-", passed=True)


def _check_benchmark(
    old: _Compared, new: _Compared, split: Split, margins: Margins
) -> Iterator[Check]:
    (ranked_old, scores_old), (ranked_new, scores_new) = (
        rank(compared.authors, split.texts, split.candidates) for compared in (old, new)
    )
    if split.has_emotions:
        yield from _check_emotions(ranked_old, ranked_new, split, margins)
        yield from _check_tone(old, new, split, margins)
        return
    before, after = (
        metrics.hits(ranked, split.truth, 5).astype(float) for ranked in (ranked_old, ranked_new)
    )
    yield PairedFigure(split.name, "hit@5", before, after).check_no_worse(margins.hit)
    error_before, error_after = (
        metrics.calibration_error(scores, metrics.hits(ranked, split.truth, 1))
        for ranked, scores in ((ranked_old, scores_old), (ranked_new, scores_new))
    )
    yield Check(
        split.name,
        "calibration error",
        len(split.texts),
        error_before,
        error_after,
        None,
        f"at most {margins.calibration * 100:g} points more",
        error_after - error_before <= margins.calibration,
    )


def _check_emotions(
    ranked_old: Sequence[Sequence[str]],
    ranked_new: Sequence[Sequence[str]],
    split: Split,
    margins: Margins,
) -> Iterator[Check]:
    carriable = [{tag for tag in tags if emojis_carrying(tag)} for tags in split.truth]
    emotional = [i for i, tags in enumerate(carriable) if tags]
    before, after = (
        np.array([_carried_share(ranked[i], carriable[i]) for i in emotional])
        for ranked in (ranked_old, ranked_new)
    )
    yield PairedFigure(split.name, "emotion carried", before, after).check_no_worse(margins.hit)


def _check_tone(old: _Compared, new: _Compared, split: Split, margins: Margins) -> Iterator[Check]:
    """Yield if what is shown on sad texts laughs more often."""
    sad = sad_texts(split.truth)
    if sad:
        before, after = (
            tone_deaf(rank(compared.reactions, split.texts, split.candidates)[0], sad)
            for compared in (old, new)
        )
        figure = PairedFigure(split.name, "tone-deaf", before, after, lower_is_better=True)
        yield figure.check_no_worse(margins.tone_deaf)


def _carried_share(top_five: Sequence[str], emotions: set[str]) -> float:
    """Return the share of a text's emotions that an emoji among the five carries."""
    return float(np.mean([not emojis_carrying(e).isdisjoint(top_five) for e in emotions]))


def _check_size(before: Artifact, candidate: Artifact, margins: Margins) -> Check:
    old, new = (
        sum((artifact.folder / file).stat().st_size for file in artifact.manifest.sha256)
        for artifact in (before, candidate)
    )
    requirement = f"at most {margins.size:g} times"
    return Check("cost", "bytes", 0, old, new, None, requirement, new <= old * margins.size)


def _check_latency(
    before: Artifact, candidate: Artifact, texts: list[str], margins: Margins
) -> Check:
    old, new = (measure_latency(Predictor(a), texts).p50 for a in (before, candidate))
    requirement = f"at most {margins.latency:g} times"
    passed = new <= old * margins.latency
    return Check("cost", "milliseconds", len(texts), old, new, None, requirement, passed)
