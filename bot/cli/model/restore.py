"""``emoji-reactor model restore``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ModelOption
from bot.cli.training_extra import load_base_artifact


def restore(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write it.")],
    model: ModelOption = None,
) -> None:
    """Turn an artifact back into a checkpoint, from which training goes on.

    Example: emoji-reactor model restore runs/restored && emoji-reactor model train
    --base runs/restored --start runs/restored/best.pt
    """
    artifact = load_base_artifact(model)
    from model.training.export import restore as restoring  # torch

    restoring.restore(artifact, out)
    typer.echo(f"{out}: begin from it with --base {out} --start {out / 'best.pt'}")
