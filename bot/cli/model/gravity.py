"""``emoji-reactor model gravity``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.training_extra import require_training_extra
from model import artifact as artifacts


def gravity(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The artifact.", exists=True, file_okay=False)
    ],
    sentences: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Sentences by language, patterns and lexicon."),
    ] = Path("recipes/gravity"),
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Emotion sets, as soft evidence; may be missing."),
    ] = Path("../shared/data"),
) -> None:
    """Fit the guard of an artifact against laughter on grave texts.

    Encoder and emojis stay as they are. Write the figures of the guard and the card afterwards
    with model card.

    Example: emoji-reactor model gravity model/default && emoji-reactor model card model/default
    """
    require_training_extra()
    from model.training.gravity.add_head import add_gravity_head  # scikit-learn

    made = add_gravity_head(artifacts.load(folder), sentences, data if data.is_dir() else None)
    typer.echo(f"{made.version} reads gravity, {made.folder / artifacts.LAYOUT.gravity}")
