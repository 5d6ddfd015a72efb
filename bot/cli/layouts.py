"""Options and work of the commands that write layouts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from bot.cli.training_extra import require_training_extra
from model.artifact import LAYOUT, Artifact
from model.training.layouts.layout_format import LayoutFormat

if TYPE_CHECKING:
    from model.training.layouts.figures import LayoutFigures

FORMAT_HELP = "May be repeated: the forms share one folder. Needs the train extra."
FiguresOption = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="What `python -m benchmarks.layouts --json` wrote, for the card; default: layouts.json"
        " of the artifact.",
    ),
]


def write(
    artifact: Artifact, formats: Sequence[LayoutFormat], folder: Path, figures: Path | None
) -> None:
    """Write the layouts of an artifact and their card.

    Raises:
        TrainingExtraMissing: the ``train`` extra is not installed.
        BadParameter: ``figures`` is of another version, or no such file.
        LayoutError: the artifact cannot be written in a format.
    """
    require_training_extra()
    from model.training.layouts.write import write_layouts  # torch

    rows = _read_figures(figures or artifact.folder / LAYOUT.layout_figures)
    if figures is None:
        rows = [row for row in rows if row.version == artifact.version]
    elif any(row.version != artifact.version for row in rows):
        raise typer.BadParameter(
            f"{figures} has figures of another version than {artifact.version}; measure this one",
            param_hint="--figures",
        )
    write_layouts(artifact, list(dict.fromkeys(formats)), folder, rows)


def _read_figures(path: Path) -> "list[LayoutFigures]":
    """Return the rows of a file; none if there is no file."""
    from model.training.layouts.figures import LayoutFigures  # numpy

    try:
        return TypeAdapter(list[LayoutFigures]).validate_json(path.read_bytes())
    except FileNotFoundError:
        return []
    except ValidationError:
        raise typer.BadParameter(
            f"{path} is not what benchmarks.layouts --json writes", param_hint="--figures"
        ) from None
