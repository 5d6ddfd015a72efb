"""Predictions for files, with a progress bar."""

from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.bulk.job import Job, find_files
from bot.bulk.run import run_here, run_on_cluster
from bot.cli.open_model import open_model


def predict_files(
    source: Path,
    output: Path,
    *,
    column: str,
    top_k: int,
    candidates: frozenset[str] | None,
    model: str,
    cluster: bool,
) -> int:
    """Predict for the rows of files that no former run has done; return their number.

    Raises:
        BulkInputError: input or output cannot be used.
        ClusterExtraMissing, TrainingExtraMissing: a package is missing.
    """
    predictor = open_model(model)
    job = Job(find_files(source), output, column, top_k, candidates, predictor.version)
    job.begin()
    total = sum(span.size for file in job.files for span in job.format.spans(file))
    work = run_on_cluster(job, partial(open_model, model)) if cluster else run_here(job, predictor)
    console = Console(stderr=True)
    rows = 0
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("predict", total=total)
        for done in work:
            rows += done.rows
            bar.advance(task, done.size)
    return rows
