"""``emoji-reactor bench``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.bench_tables import show_comparisons, show_rows, write_chart
from bot.cli.open_model import open_model
from bot.cli.options import AsJson, served_folder
from bot.cli.recipe_option import read_recipe
from bot.cli.training_extra import require_training_extra

if TYPE_CHECKING:
    from model.figures import Change
    from model.training.benchmark.score import BenchmarkRow
    from model.training.benchmark.submission import Submission
    from model.training.benchmark.tasks import Task

_FOLDER = Path("emoji-bench")
_TIMED_TEXTS = 200


def bench(
    entry: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL|FILE",
            help="A folder or Hub id, or answers as JSON Lines. Default: the served artifact.",
        ),
    ] = None,
    sets: Annotated[
        Path, typer.Option(metavar="FILE", help="The sets, as a recipe; a checkout has them.")
    ] = _FOLDER / "sets.toml",
    leaderboard: Annotated[
        Path, typer.Option(metavar="FILE", help="Rows to compare with, text by text.")
    ] = _FOLDER / "leaderboard.json",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Texts of each set and language; fewer are faster.")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the texts to answer as JSON Lines, and end."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the model's answers.")
    ] = None,
    add: Annotated[
        str | None, typer.Option(metavar="NAME", help="Add the row to the leaderboard.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the rows as a PNG image.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model, or answers of any program, against the leaderboard.

    Emojis that authors wrote, emotions, gravity, calibration, bias and speed.

    Example: emoji-reactor bench answers.jsonl --chart bench.png
    """
    require_training_extra()
    from model.training.benchmark import leaderboard as board  # scikit-learn
    from model.training.benchmark.score import compare, score

    if add is not None and limit is not None:
        raise typer.BadParameter("--add needs all texts: leave --limit out")
    tasks = _read_tasks(sets, limit, all_needed=add is not None)
    if texts is not None:
        _write_texts(tasks, texts)
        return
    source, submission, row = _measure(entry, tasks, add)
    _name_unanswered(submission, tasks, source)
    name = row.name
    if out is not None:
        submission.write(out)
    others = {
        e.row.name: board.read_answers(leaderboard, e)
        for e in board.read_leaderboard(leaderboard).entries
        if e.row.name != name
    }
    if add is not None:
        board.add_entry(leaderboard, row, submission, source)
    rows = [row, *(score(other, answers, tasks) for other, answers in others.items())]
    comparisons = {other: compare(answers, submission, tasks) for other, answers in others.items()}
    if as_json:
        typer.echo(json.dumps(_as_json(row, comparisons), ensure_ascii=False))
    else:
        show_rows(rows)
        show_comparisons(name, comparisons)
    if chart is not None:
        write_chart(rows, chart)


def _read_tasks(sets: Path, limit: int | None, *, all_needed: bool) -> "Sequence[Task]":
    """Return the sets that are here, and name the others.

    Raises:
        SubmissionError: all are needed, and some are missing.
    """
    from model.training.benchmark.submission import SubmissionError
    from model.training.benchmark.tasks import read_tasks

    tasks, missing = read_tasks(read_recipe(sets), limit)
    if missing and all_needed:
        raise SubmissionError(f"--add needs the texts of all sets; missing: {', '.join(missing)}")
    if missing:
        typer.echo(f"left out, as their texts are missing: {', '.join(missing)}", err=True)
    return tasks


def _name_unanswered(submission: "Submission", tasks: "Sequence[Task]", source: str) -> None:
    """Name what a submission has no figures of.

    Raises:
        SubmissionError: it has none at all.
    """
    from model.training.benchmark.submission import SubmissionError
    from model.training.benchmark.tasks import probe_texts

    asked = {task.name: task.split.texts for task in tasks} | {"bias_probes": probe_texts()}
    unanswered = [name for name, texts in asked.items() if not submission.answers_all(texts)]
    if len(unanswered) == len(asked):
        raise SubmissionError(
            f"{source}: answers no set whole; --texts, with the same --limit, writes what to answer"
        )
    if unanswered:
        names = ", ".join(unanswered)
        typer.echo(f"without all answers, so without figures: {names}", err=True)


def _measure(
    entry: str | None, tasks: "Sequence[Task]", name: str | None
) -> "tuple[str, Submission, BenchmarkRow]":
    """Return the version of an entry, its answers and its figures under a name, or its version."""
    from model.evaluation.evaluate import measure_latency
    from model.training.benchmark.score import score
    from model.training.benchmark.submission import SUFFIXES, read_submission, submit

    if entry is not None and entry.endswith(SUFFIXES):
        submission = read_submission(Path(entry))
        source = Path(entry).name
        return source, submission, score(name or source.partition(".")[0], submission, tasks)
    model = open_model(entry or served_folder(), authors=True)
    submission = submit(model, tasks)
    row = score(name or model.version, submission, tasks)
    timed = [text for task in tasks for text in task.split.texts[:_TIMED_TEXTS]][:_TIMED_TEXTS]
    latency = measure_latency(model, timed)
    return model.version, submission, row.model_copy(update={"latency": latency})


def _write_texts(tasks: "Sequence[Task]", path: Path) -> None:
    """Write each text with its key and, if its set has a fixed list of them, the candidates."""
    from model.training.benchmark.tasks import all_texts, text_id

    with path.open("w", encoding="utf-8") as file:
        for text, task in all_texts(tasks):
            candidates = None if task is None else task.split.candidates
            line = {
                "id": text_id(text),
                "set": "bias_probes" if task is None else task.name,
                "text": text,
                "candidates": None if candidates is None else sorted(candidates),
            }
            file.write(f"{json.dumps(line, ensure_ascii=False)}\n")


def _as_json(row: "BenchmarkRow", comparisons: "Mapping[str, Mapping[str, Change]]") -> object:
    return {
        "row": row.model_dump(mode="json"),
        "against": {
            other: {figure: change.model_dump(mode="json") for figure, change in changes.items()}
            for other, changes in comparisons.items()
        },
    }
