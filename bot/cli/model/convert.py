"""``emoji-reactor model convert``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import NewFolder
from bot.cli.training_extra import require_training_extra
from model import artifact_source


def convert(
    source: Annotated[
        str, typer.Argument(metavar="PATH|HUB_ID", help="A text classifier of transformers.")
    ],
    out: NewFolder,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Emojis of labels named LABEL_0, LABEL_1, ...: number, tab and emoji on a line.",
        ),
    ] = None,
) -> None:
    """Turn a foreign classifier whose labels are emojis into an artifact.

    Example: emoji-reactor model convert cardiffnlp/twitter-roberta-base-emoji runs/roberta
    """
    require_training_extra()
    from model.training.export import convert as conversion  # torch
    from model.training.export.emoji_classifier import EmojiClassifier

    classifier = EmojiClassifier(artifact_source.locate_classifier(source), labels=labels)
    converted = conversion.convert(classifier, out, source.partition("@")[0])
    typer.echo(f"{converted.version} in {converted.folder}: {len(converted.table.emojis)} emojis")
