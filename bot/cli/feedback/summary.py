"""Summary of a dataset that a command wrote."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.dataset.card import DatasetSummary

OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write it.")]


def show_summary(summary: DatasetSummary, out: Path, *, as_json: bool) -> None:
    """Write the numbers of rows and texts, for people or as JSON."""
    if as_json:
        typer.echo(json.dumps({"folder": str(out), **summary.as_dict()}, ensure_ascii=False))
    else:
        typer.echo(f"{summary.rows.total():,} rows, {summary.texts:,} with text, in {out}")
