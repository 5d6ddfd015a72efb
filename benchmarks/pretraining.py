"""What reading unlabelled tweets first is worth: the same small fit with and without.

``python -m benchmarks.pretraining [--base FOLDER|HUB_ID]`` needs the ``train`` extra and
``../shared/data``; an hour on one core. Interrupted, it goes on where it stopped.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.latency import offline_base
from benchmarks.small import fit_small, read_texts
from model import Predictor
from model.evaluation.evaluate import evaluate_emojis
from model.training.data.splits import read_split
from model.training.fitting.pretrain import PretrainOptions, pretrain


def main(
    base: Annotated[str | None, typer.Option(help="Folder of the base checkpoint.")] = None,
    unlabelled: Annotated[int, typer.Option(help="Tweets to pretrain on.")] = 60_000,
    labelled: Annotated[int, typer.Option(help="Tweets to fit on, others than those.")] = 60_000,
    out: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs/pretraining"),
) -> None:
    """Print one row with and one without."""
    start = base or offline_base()
    texts = read_texts(unlabelled + labelled)
    cut = len(texts.train) - unlabelled
    read = [x.text for x in texts.train[cut:]]
    del texts.train[cut:]
    with Progress(console=Console(stderr=True)) as progress:
        plan = PretrainOptions(max_tokens=texts.recipe.fit.max_tokens)
        learnt = pretrain(read, start, out / "base", plan, progress)
    [source] = [s for s in texts.recipe.held_out if s.name == "emoji_tweets"]
    split = read_split(texts.recipe, source)
    table = Table("first", "hit@1 %", "hit@5 %", "macro recall@5 %", title=f"{cut:,} tweets fitted")
    rows = (
        ("nothing", start),
        (f"{learnt.texts:,} tweets read", str(out / "base")),
    )
    for name, begun in rows:
        fit_small(texts, begun, out / ("plain" if begun == start else "pretrained"))
        made = Predictor.load(str(out / ("plain" if begun == start else "pretrained") / "artifact"))
        figures = evaluate_emojis(made, split.texts, split.truth)
        table.add_row(
            name,
            f"{figures.hit_1 * 100:.1f} {_around(figures.hit_1_interval)}",
            f"{figures.hit_5 * 100:.1f} {_around(figures.hit_5_interval)}",
            f"{figures.macro_recall_5 * 100:.1f} {_around(figures.macro_recall_5_interval)}",
        )
    console = Console()
    console.print(table)
    console.print(f"loss of masked tokens: {learnt.loss_before:.3f} to {learnt.loss_after:.3f}")


def _around(interval: tuple[float, float]) -> str:
    return f"[{interval[0] * 100:.1f}, {interval[1] * 100:.1f}]"


if __name__ == "__main__":
    typer.run(main)
