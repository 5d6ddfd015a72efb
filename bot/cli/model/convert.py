"""``emoji-reactor model convert``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.training_extra import require_training_extra
from model import artifact


def convert(
    source: Annotated[
        str, typer.Argument(metavar="PATH|HUB_ID", help="A text classifier of transformers.")
    ],
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the artifact goes.")],
) -> None:
    """Turn a foreign classifier whose labels are emojis into an artifact.

    Example: emoji-reactor model convert cardiffnlp/twitter-roberta-base-emoji runs/roberta
    """
    require_training_extra()
    from model.training.export import convert as conversion  # torch

    folder = artifact.locate(source, artifact.CLASSIFIER_FILES)
    converted = conversion.convert(folder, out, source.partition("@")[0])
    typer.echo(f"{converted.version} in {converted.folder}: {len(converted.table.emojis)} emojis")
