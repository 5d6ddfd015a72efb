"""The five emojis of plain chat sentences in five languages, to look at by eye.

``python -m benchmarks.chat_sentences --model FOLDER``. The table has one line a sentence; a first
emoji that would be put on the message unasked stands before the five. Its last lines count how many
sentences of each kind get one: of the neutral ones none should.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from model import Predictor
from model.training.gravity.evaluate_guard import reaction

SENTENCES = Path(__file__).with_suffix(".tsv")


def main(
    model: Annotated[str | None, typer.Option(help="Folder or Hub id of the artifact.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Print the sentences with their emojis."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows = [row for row in rows if language in (None, row["language"])]
    predictor = Predictor.load(model)
    table = Table("", "kind", "text", "reaction", "five")
    reacted: Counter[str] = Counter()
    for row in rows:
        (top,) = predictor.predict([row["text"]])
        shown = reaction(top, predictor.threshold)
        reacted[row["kind"]] += shown is not None
        five = " ".join(p.emoji for p in top[:5])
        table.add_row(row["language"], row["kind"], row["text"], shown or "", five)
    console = Console()
    console.print(table)
    for kind, number in Counter(row["kind"] for row in rows).items():
        console.print(f"{kind}: a reaction to {reacted[kind]} of {number}")


if __name__ == "__main__":
    run_benchmark(main)
