"""Gain of pretraining on unlabelled tweets: the same small fit with and without it.

``python -m benchmarks.pretraining [--base FOLDER|HUB_ID]`` needs the ``train`` extra and
``../shared/data``; an hour on one core. An interrupted run resumes.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.latency import offline_base
from benchmarks.small import fit_small, read_texts
from model import Predictor
from model.evaluation.emoji_figures import emoji_figures
from model.evaluation.evaluate import rank
from model.training.data.splits import read_split
from model.training.fitting.pretrain import PretrainOptions, pretrain


def main(
    base: Annotated[str | None, typer.Option(help="Folder of the base checkpoint.")] = None,
    unlabelled: Annotated[int, typer.Option(help="Tweets to pretrain on.")] = 60_000,
    labelled: Annotated[int, typer.Option(help="Tweets to fit on, others than those.")] = 60_000,
    out: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs/pretraining"),
) -> None:
    """Print one row without pretraining and one with."""
    start = base or offline_base()
    texts = read_texts(unlabelled + labelled)
    cut = len(texts.train) - unlabelled
    unlabelled_texts = [x.text for x in texts.train[cut:]]
    del texts.train[cut:]
    with Progress(console=Console(stderr=True)) as progress:
        options = PretrainOptions(max_tokens=texts.recipe.fit.max_tokens)
        result = pretrain(unlabelled_texts, start, out / "base", options, progress)
    [source] = [s for s in texts.recipe.held_out if s.name == "emoji_tweets"]
    split = read_split(texts.recipe, source)
    table = Table(
        "pretrained on", "hit@1 %", "hit@5 %", "macro recall@5 %", title=f"{cut:,} tweets fitted"
    )
    runs = (
        ("nothing", start, out / "plain"),
        (f"{result.texts:,} tweets", str(out / "base"), out / "pretrained"),
    )
    for name, checkpoint, folder in runs:
        fit_small(texts, checkpoint, folder)
        predictor = Predictor.load(str(folder / "artifact"))
        figures = emoji_figures(rank(predictor, split.texts, None), split.truth)
        table.add_row(
            name,
            f"{figures.hit_1 * 100:.1f} {_interval(figures.hit_1_interval)}",
            f"{figures.hit_5 * 100:.1f} {_interval(figures.hit_5_interval)}",
            f"{figures.macro_recall_5 * 100:.1f} {_interval(figures.macro_recall_5_interval)}",
        )
    console = Console()
    console.print(table)
    console.print(f"loss of masked tokens: {result.loss_before:.3f} to {result.loss_after:.3f}")


def _interval(interval: tuple[float, float]) -> str:
    return f"[{interval[0] * 100:.1f}, {interval[1] * 100:.1f}]"


if __name__ == "__main__":
    run_benchmark(main)
