"""Measure the leaderboard of emoji-bench again: its rows, their answers, its table and chart.

``python -m tools.build_leaderboard`` (``make leaderboard``) after a change of the artifact or of
the sets. It needs the texts of the sets, and takes about two minutes of one core.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from bot.cli.bench_tables import TITLES, figure_cells, write_chart
from model import Predictor, artifact, artifact_source
from model.evaluation.evaluate import Ranker, measure_latency
from model.evaluation.tables import markdown_table, percent
from model.prediction import Prediction
from model.text import clean
from model.training.benchmark.leaderboard import (
    LEADERBOARD,
    SETS,
    add_entry,
    read_leaderboard,
)
from model.training.benchmark.score import BenchmarkRow, score
from model.training.benchmark.submission import Submission, submit
from model.training.benchmark.tasks import Task, read_tasks, text_id
from model.training.data.sources import load_examples, read_held_out_keys
from model.training.data.splits import read_split
from model.training.evaluation.baselines import NaiveBayesBaseline, PriorBaseline, read_published
from model.training.recipe import Recipe

ROOT = Path(__file__).parents[1]
README = ROOT / "emoji-bench" / "README.md"
CHART = ROOT / "emoji-bench" / "leaderboard.png"
_TABLE = re.compile(r"(?<=<!-- leaderboard -->\n).*?(?=<!-- end -->)", re.DOTALL)
_TIMED_TEXTS = 200
_PUBLISHED_SET = "tweet_eval"
_FEATURES = 30_000
"""N-grams of naive Bayes, so that it fits into two gigabytes."""


def main() -> None:
    """Measure every included row, and write table and chart."""
    recipe = Recipe.read(SETS)
    tasks, missing = read_tasks(recipe)
    if missing:
        raise SystemExit(f"files of sets are missing: {', '.join(missing)}")
    served = Predictor(artifact.load(artifact_source.locate(None)))
    add_ranker("Emoji Reactor", served, tasks, served.version)
    examples = load_examples(recipe, recipe.sources, read_held_out_keys(recipe))
    origin = f"fitted on {len(examples):,} examples of sets.toml"
    add_ranker("naive Bayes", NaiveBayesBaseline(examples, _FEATURES), tasks, origin)
    add_ranker("prior", PriorBaseline(examples), tasks, origin)
    add_published(recipe, tasks)
    rows = [entry.row for entry in read_leaderboard(LEADERBOARD).entries]
    write_chart(rows, CHART)
    write_table()


def add_ranker(name: str, ranker: Ranker, tasks: Sequence[Task], source: str) -> None:
    """Measure a ranker, also its speed, and add its row."""
    submission = submit(ranker, tasks)
    timed = tasks[0].split.texts[:_TIMED_TEXTS]
    row = score(name, submission, tasks)
    row = row.model_copy(update={"latency": measure_latency(ranker, timed)})
    add_entry(LEADERBOARD, row, submission, source)


def add_published(recipe: Recipe, tasks: Sequence[Task]) -> None:
    """Add the published predictions of RoBERTa, which are of one set alone."""
    [source] = [s for s in recipe.held_out if s.published is not None]
    raw = read_split(recipe, source).texts
    published = read_published(source, recipe.folder).predict(raw)
    answers: dict[str, list[Prediction]] = {
        text_id(clean(text)): top for text, top in zip(raw, published, strict=True)
    }
    submission = Submission(answers)
    name = "RoBERTa-RT, published"
    add_entry(LEADERBOARD, score(name, submission, tasks), submission, "cardiffnlp/tweeteval")


def part_cells(row: BenchmarkRow, task: str) -> dict[str, str]:
    """Return the cells of a row on one set of one language."""
    [part] = [part for part in row.parts if part.task == task]
    found = {name: part.figures[name] for name in ("hit_1", "macro_f1")}
    return {
        f"{task} alone: {TITLES[name]}": percent(figure.value, figure.interval)
        for name, figure in found.items()
    }


def write_table() -> None:
    """Write the rows into the README."""
    entries = read_leaderboard(LEADERBOARD).entries
    cells = [
        {"source": e.source, **figure_cells(e.row), **part_cells(e.row, _PUBLISHED_SET)}
        for e in entries
    ]
    head = ("figure", *(entry.row.name for entry in entries))
    table = markdown_table(head, [(key, *(of[key] for of in cells)) for key in cells[0]])
    text = README.read_text(encoding="utf-8")
    README.write_text(_TABLE.sub(lambda _: f"{table}\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
