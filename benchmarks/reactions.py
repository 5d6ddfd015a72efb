"""Gain of a reaction head among members who react otherwise than authors write.

``python -m benchmarks.reactions`` needs ``../shared/data`` and the ``train`` extra; a quarter of an
hour on one core. Texts are real tweets, held out from training, whose authors wrote 😭, 😂, 😍, ...
Members approve of them instead (``benchmarks.simulated_reactions``). All rivals learn from the same
feedback: preferences, from counts, as if one community had given it; ``retrain``, which fits the
emoji table; ``retrain --reactions``. Acceptance is the expected share of kept emojis on other
tweets, hit@5 is about the emojis of their authors; intervals are paired by text. ``--gate`` shows
the largest head to the gate, with the benchmarks of the recipe.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.simulated_communities import MEMBERS, Learner
from benchmarks.simulated_reactions import Crowd, Log, Posts, read_posts, talk
from bot.cli.model.gate_table import show_gate_report
from bot.cli.recipe_option import read_recipe
from bot.core.preferences.counts import Vote
from model import Predictor
from model.artifact import Artifact, load
from model.artifact_source import locate
from model.evaluation.evaluate import CachingPredictor
from model.evaluation.metrics import bootstrap_interval
from model.manifest import FeedbackRecord
from model.training.feedback.candidate import write_candidate
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.finetune import FeedbackFinetune
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.feedback.gate import run_gate
from model.training.feedback.reaction_candidate import write_reaction_candidate
from model.training.feedback.reaction_fit import fit_reaction_head
from model.training.feedback.replay import replay_texts

RECIPE = Path(__file__).parents[1] / "recipes" / "default.toml"
STREAM, HELD_OUT, GATE_TEXTS = 8_000, 6_000, 600
AMOUNTS = (200, 1_000, 5_000)


def learn_counts(emojis: tuple[str, ...], log: Log, held_out: Posts) -> NDArray[np.float32]:
    """Return the scores of held-out posts with the preferences of one community."""
    learner, rng = Learner(emojis), np.random.default_rng(9)
    for number, (post, votes) in enumerate(log.entries):
        scores = log.posts.log_scores[post]
        five = {emojis[i]: float(np.exp(scores[i])) for i in np.argsort(-scores)[:5]}
        shown = (emojis[scores.argmax()],)
        day = number * 60 // AMOUNTS[-1]
        showing = learner.show(shown, five, int(rng.integers(MEMBERS)), day)
        for kind, emoji in votes:
            learner.vote(Vote(kind, emojis[emoji]), showing)
    learner.confirm()
    learner.estimate()
    found: NDArray[np.float32] = held_out.log_scores + learner.bias
    return found


@dataclass(frozen=True, slots=True)
class Retraining:
    """The artifact that the commands retrain, and the folder of their candidates."""

    source: Artifact
    replay: Sequence[str] = field(repr=False)
    folder: Path

    def table(self, targets: Sequence[FeedbackTarget]) -> Artifact:
        """Return the candidate of ``retrain``, which fits the emoji table."""
        cut = len(targets) * 8 // 9
        finetune = FeedbackFinetune(self.source, FinetuneRecipe(), self.folder / "fit")
        with Progress(disable=True) as progress:
            head = finetune.run(targets[:cut], targets[cut:], self.replay, progress)
        return write_candidate(head, self.source, self.folder / "table", self._record(targets))

    def reactions(self, targets: Sequence[FeedbackTarget]) -> Artifact:
        """Return the candidate of ``retrain --reactions``."""
        head, record = fit_reaction_head(self.source, targets), self._record(targets)
        return write_reaction_candidate(head, self.source, self.folder / "reactions", record)

    def _record(self, targets: Sequence[FeedbackTarget]) -> FeedbackRecord:
        return FeedbackRecord(parent=self.source.version, texts=len(targets))


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one rival on held-out posts."""

    acceptance: NDArray[np.float64]
    """(texts,)"""
    author_hits: NDArray[np.float64]
    """(texts,): hit@5 of the author's emoji"""


class Study:
    """The held-out posts, on which rivals are measured with shared vectors."""

    def __init__(self, crowd: Crowd, held_out: Posts, encode: CachingPredictor) -> None:
        """Share the vectors of ``encode``, whose encoder all candidates have."""
        self._crowd, self._posts, self._cache = crowd, held_out, encode

    def measure(
        self, reactions: NDArray[np.float32], authors: NDArray[np.float32] | None = None
    ) -> Figures:
        """Return the figures of scores, (texts, emojis), for reactions and for authors' emojis."""
        scores = self._posts.log_scores if authors is None else authors
        fives = np.argpartition(-scores, 5, axis=1)[:, :5]
        hits = (fives == self._posts.written[:, None]).any(axis=1).astype(float)
        return Figures(self._crowd.acceptance(reactions.argmax(axis=1), self._posts), hits)

    def measure_artifact(self, artifact: Artifact) -> Figures:
        """Return the figures of a candidate."""
        reacting, writing = Predictor(artifact), Predictor(artifact.of_authors())
        vectors = self._cache.encode(self._posts.texts)
        parts = [vectors[i : i + 256] for i in range(0, len(vectors), 256)]
        return self.measure(
            *(np.concatenate([p.log_scores(v) for v in parts]) for p in (reacting, writing))
        )


def percent(values: NDArray[np.float64]) -> str:
    """Return a mean in percent."""
    return f"{values.mean() * 100:.1f}"


def difference(values: NDArray[np.float64], before: NDArray[np.float64]) -> str:
    """Return the mean difference in points, with its paired interval."""
    low, high = (end * 100 for end in bootstrap_interval(values - before))
    return f"{(values - before).mean() * 100:+.1f} [{low:+.1f}, {high:+.1f}]"


def main(
    model: Annotated[
        str | None, typer.Option(help="Another artifact than the shipped one.")
    ] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Run the gate on the largest head.")] = False,
) -> None:
    """Print a row for each amount of feedback and rival."""
    torch.set_num_threads(1)
    console, source = Console(width=120, highlight=False), load(locate(model))
    predictor = CachingPredictor(source)
    crowd, recipe = Crowd(predictor.emojis), read_recipe(RECIPE)
    stream, held_out = (
        read_posts(predictor, "validation", STREAM),
        read_posts(predictor, "test", HELD_OUT),
    )
    log, study = talk(crowd, stream, 1), Study(crowd, held_out, predictor)
    none = study.measure(held_out.log_scores)
    columns = (
        "feedback",
        "learns by",
        "kept, %",
        "difference",
        "author's emoji hit@5",
        "difference",
    )
    table = Table(*columns, title=f"{source.version}, {len(held_out.texts):,} held-out texts")
    table.add_row("0", "nothing", percent(none.acceptance), "", percent(none.author_hits), "")
    with tempfile.TemporaryDirectory() as scratch:
        retraining = Retraining(source, replay_texts(recipe), Path(scratch))
        for amount in AMOUNTS:
            some = log.first(amount)
            targets = some.targets(predictor.emojis)
            rivals = {
                "preferences": study.measure(learn_counts(predictor.emojis, some, held_out)),
                "retrain": study.measure_artifact(retraining.table(targets)),
                "retrain --reactions": study.measure_artifact(retraining.reactions(targets)),
            }
            for name, found in rivals.items():
                kept = difference(found.acceptance, none.acceptance)
                written = difference(found.author_hits, none.author_hits)
                cells = percent(found.acceptance), kept, percent(found.author_hits), written
                table.add_row(f"{len(some.entries):,}", name, *cells)
        table.add_row("", "who sees the author's emoji", percent(crowd.ceiling(held_out)))
        console.print(table)
        if gate:
            few = talk(crowd, held_out, 2).first(GATE_TEXTS).targets(predictor.emojis)
            show_gate_report(run_gate(source, load(retraining.folder / "reactions"), few, recipe))


if __name__ == "__main__":
    run_benchmark(main)
