"""``emoji-reactor model train``."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli.options import DEFAULT_RECIPE, RecipeOption, ThreadsOption
from bot.cli.recipe_option import read_recipe


class Device(StrEnum):
    """Values of ``--device``."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def train(
    recipe: RecipeOption = DEFAULT_RECIPE,
    base: Annotated[
        str | None,
        typer.Option(metavar="HUB_ID|FOLDER", help="Base checkpoint; default: the recipe's."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Default: runs/NAME of the recipe.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            help="best.pt of a run to begin from; default: the emoji head beside the base, if any.",
        ),
    ] = None,
    average: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE=SHARE",
            help="best.pt of a run of the same base to take the mean with, and its share of it"
            " (0.25); may be repeated.",
        ),
    ] = None,
    device: Annotated[
        Device,
        typer.Option(help="auto takes a GPU if torch can use one."),
    ] = Device.AUTO,
    max_minutes: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            help="End the encoder's fit after so many minutes; the learning rate falls to that"
            " end. An interrupted fit goes on with the rest of them.",
        ),
    ] = None,
    threads: ThreadsOption = 2,
) -> None:
    """Train an artifact; the same command goes on after an interruption.

    Example: emoji-reactor model train --recipe recipes/english.toml --base ./all-MiniLM-L6-v2
    """
    averaged = _parse_shares(average or [])
    loaded_recipe = read_recipe(recipe)
    from model.training import train as training  # torch
    from model.training.fitting.device import resolve_device

    earlier_runs = training.EarlierRuns(start, averaged)
    folder = out or Path("runs") / loaded_recipe.name
    run = training.TrainingRun(folder, threads, resolve_device(device.value), max_minutes)
    base = base or loaded_recipe.locate_checkpoint(loaded_recipe.fit.base)
    with Progress(console=Console(stderr=True)) as progress:
        artifact = training.train(loaded_recipe, base, run, progress, earlier_runs)
    typer.echo(f"{artifact.version} in {artifact.folder}")


def _parse_shares(arguments: Sequence[str]) -> tuple[tuple[Path, float], ...]:
    """Parse ``FILE=SHARE``.

    Raises:
        BadParameter: a file does not exist, or a share is wrong.
    """
    shares = []
    for argument in arguments:
        file, _, share = argument.rpartition("=")
        try:
            shares.append((Path(file), float(share)))
        except ValueError:
            raise typer.BadParameter(f"--average: {argument}: write FILE=SHARE") from None
        if not Path(file).is_file():
            raise typer.BadParameter(f"--average: {file}: no such file")
    if any(share <= 0 for _, share in shares) or sum(share for _, share in shares) > 1:
        raise typer.BadParameter("--average: shares are above 0, and 1 together at most")
    return tuple(shares)
