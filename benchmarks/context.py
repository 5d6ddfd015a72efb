"""Answers that are read alone, or together with what they answer.

``python -m benchmarks.context`` needs ``../shared/data``; about two minutes on one core.

The first table: turns of XDailyDialog (English, German, Italian and Chinese) with raters' emotions
are predicted alone, joined to the turn that they answer, and with the scores of both mixed: a
logarithmic opinion pool in which the earlier turn has a weight. The set does not mark where a
dialogue ends, so that about one turn in ten is read with the end of another dialogue. Differences
are paired by turn and have 95 % bootstrap intervals. ``hit@5`` is the share of turns with an
emotion of which one of the five emojis carries it, ``carried`` the same averaged over emotions,
``tone-deaf`` the share of sad turns whose first emoji laughs or celebrates.

The second table: reactions to light answers ("lol") under the test sentences of ``recipes/gravity``
and to dialogues (MSCTD, BConTrasT), with and without the gravity of what is answered.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from bot.core.chat_settings.schema import ChatSettings
from bot.core.messages.answered import heed
from bot.core.messages.policy import choose_emojis
from model import Prediction, Predictor
from model.artifact import load
from model.artifact_source import locate
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, emojis_carrying
from model.evaluation import metrics
from model.evaluation.emotion_figures import emotion_statistics
from model.evaluation.evaluate import CachingPredictor, Ranked
from model.gravity import gravity_of
from model.prediction import HARMLESS, Gravity
from model.scores import log_softmax
from model.text import clean, has_words
from model.training.gravity.sentences import read_sentences

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DIALOGUES = DATA / "xdailydialog_emotion" / "train.parquet"
PAIRS = (DATA / "msctd" / "pairs.parquet", DATA / "bcontrast" / "pairs.parquet")
LIGHT_ANSWERS = ("lol", "haha", "lmao", "that's hilarious", "yay", "no way!!", "ok", "thank you")
WEIGHTS = (0.05, 0.1, 0.2, 0.3)
MAX_SHORT_WORDS = 4
BATCH = 256


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns of dialogues, cleaned, each with the one before it."""

    answers: Sequence[str]
    earlier: Sequence[str]
    emotions: Sequence[Sequence[str]]


def read_turns(path: Path, limit: int) -> Turns:
    """Read the latest turns with an emotion, ``limit`` of each language at most."""
    rows = pq.read_table(path).to_pylist()
    kept: dict[str, list[tuple[str, str, list[str]]]] = {}
    for before, row in itertools.pairwise(rows):
        tags = [tag for tag in row["emotions"] if tag != "neutral"]
        texts = clean(row["text"]), clean(before["text"])
        if tags and row["lang"] == before["lang"] and all(map(has_words, texts)):
            kept.setdefault(row["lang"], []).append((*texts, tags))
    found = [turn for turns in kept.values() for turn in turns[:limit]]
    answers, earlier, emotions = zip(*found, strict=True)
    return Turns(answers, earlier, emotions)


def log_scores(predictor: Predictor, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return log-scores over the whole table, (texts, emojis); texts of similar length together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    scores = np.empty((len(texts), len(predictor.emojis)), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        scores[part] = predictor.log_scores(predictor.encode([texts[i] for i in part]))
    return scores


def ranked(predictor: Predictor, scores: NDArray[np.float32]) -> Ranked:
    """Return the top five of log-scores, (texts, emojis), without the gravity head."""
    top = np.argsort(-scores, axis=1)[:, :5]
    emojis = [[predictor.emojis[i] for i in row] for row in top.tolist()]
    return Ranked(emojis, np.exp(np.take_along_axis(scores, top, axis=1)[:, 0]).astype(float))


def hit_statistic(ranking: Ranked, emotions: Sequence[Sequence[str]]) -> metrics.Statistic:
    """Return the share of turns of which an emotion is carried by one of the five."""
    targets = [frozenset().union(*map(emojis_carrying, tags)) for tags in emotions]
    hits = metrics.hits(ranking.emojis, targets, 5).astype(float)
    return metrics.mean(hits, range(len(hits)), len(hits))


def statistics(ranking: Ranked, turns: Turns) -> dict[str, metrics.Statistic]:
    """Return hit@5, carried and tone-deaf."""
    found = emotion_statistics(ranking, turns.emotions)
    return {
        "hit@5": hit_statistic(ranking, turns.emotions),
        "carried": found["carried"],
        "tone-deaf": found["tone_deaf"],
    }


def variants(
    alone: NDArray[np.float32], earlier: NDArray[np.float32], joined: NDArray[np.float32]
) -> dict[str, Callable[[], NDArray[np.float32]]]:
    """Return the ways to read both turns, by name."""

    def mixed(weight: float) -> Callable[[], NDArray[np.float32]]:
        return lambda: log_softmax((1 - weight) * alone + weight * earlier)

    return {"joined": lambda: joined} | {f"mixed, {w}": mixed(w) for w in WEIGHTS}


def compare(predictor: Predictor, turns: Turns, console: Console) -> None:
    """Print a table: the figures of turns alone, and the differences that reading both makes."""
    alone = log_scores(predictor, turns.answers)
    earlier = log_scores(predictor, turns.earlier)
    joined = [f"{b} {a}" for a, b in zip(turns.answers, turns.earlier, strict=True)]
    base = statistics(ranked(predictor, alone), turns)
    size = len(turns.answers)
    short = np.array([len(answer.split()) <= MAX_SHORT_WORDS for answer in turns.answers])
    table = Table("read", *base, title=f"{size:,} turns, {short.sum():,} of them short; percent")
    table.add_row("alone", *(_cell(size, figure) for figure in base.values()))
    both = variants(alone, earlier, log_scores(predictor, joined))
    for name, scores in both.items():
        for label, where in ((name, True), (f"{name}, short turns only", short[:, None])):
            now = statistics(ranked(predictor, np.where(where, scores(), alone)), turns)
            changes = (metrics.difference(now[each], base[each]) for each in base)
            table.add_row(label, *(_cell(size, change, "+") for change in changes))
    console.print(table)


def reaction(predictor: Predictor, top: Sequence[Prediction], answered: Gravity) -> str | None:
    """Return the emoji that would be put on an answer to a text of this gravity; None for none."""
    chosen = choose_emojis(heed(top, answered), ChatSettings(), predictor.threshold)
    return chosen[0] if isinstance(chosen, tuple) else None


def count_changes(predictor: Predictor, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
    """Return the shares of (text, answer) pairs that laugh without and with gravity, and change."""
    answered = [gravity_of(top) for top in predictor.predict([text for text, _ in pairs], 1)]
    tops = predictor.predict([answer for _, answer in pairs], 6)
    alone = [reaction(predictor, top, HARMLESS) for top in tops]
    both = [reaction(predictor, top, of) for top, of in zip(tops, answered, strict=True)]
    laughs = [
        np.mean([e in LAUGHING_OR_CELEBRATING_EMOJIS for e in some]) for some in (alone, both)
    ]
    return [*map(float, laughs), float(np.mean([a != b for a, b in zip(alone, both, strict=True)]))]


def compare_gravity(predictor: Predictor, limit: int, console: Console) -> None:
    """Print a table: laughing reactions to answers, and reactions that gravity changes."""
    sentences = [s for s in read_sentences() if s.split == "test"]
    sets = {
        name: [(s.text, light) for s in sentences if s.is_grave is grave for light in LIGHT_ANSWERS]
        for name, grave in (("light answers to grave texts", True), ("to harmless ones", False))
    }
    for path in PAIRS:
        turns = pq.read_table(path)["source"].to_pylist()[: limit + 1]
        sets[f"answers in {path.parent.name}"] = list(itertools.pairwise(turns))
    table = Table("answers", "number", "laughing %", "with gravity %", "changed %")
    for name, pairs in sets.items():
        shares = (f"{100 * share:.2f}" for share in count_changes(predictor, pairs))
        table.add_row(name, f"{len(pairs):,}", *shares)
    console.print(table)


def _cell(size: int, figure: metrics.Statistic, sign: str = "") -> str:
    low, high = metrics.bootstrap_over(size, figure, draws=300)
    value = metrics.value_of(size, figure)
    return f"{100 * value:{sign}.2f} [{100 * low:{sign}.2f}, {100 * high:{sign}.2f}]"


def main(
    limit: Annotated[int, typer.Option(help="Turns of each language or set.")] = 600,
    model: Annotated[str | None, typer.Option(help="Folder or Hub id of the artifact.")] = None,
) -> None:
    """Print the table."""
    predictor, console = CachingPredictor(load(locate(model))), Console(width=120, highlight=False)
    compare_gravity(predictor, limit, console)
    compare(predictor, read_turns(DIALOGUES, limit), console)


if __name__ == "__main__":
    run_benchmark(main)
