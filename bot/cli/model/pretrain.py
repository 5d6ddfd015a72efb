"""``emoji-reactor model pretrain``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli.options import DEFAULT_RECIPE, RecipeOption, ThreadsOption
from bot.cli.recipe_option import read_recipe
from model.training.data.sources import read_unlabelled_texts


def pretrain(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the new base goes.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Texts: Parquet, CSV or JSON Lines with a column text, or one a line in a .txt. "
            "Default: the texts of the recipe's sources.",
        ),
    ] = None,
    recipe: RecipeOption = DEFAULT_RECIPE,
    base: Annotated[
        str | None,
        typer.Option(metavar="HUB_ID|FOLDER", help="Base checkpoint; default: the recipe's."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read so many texts; default: all.")
    ] = None,
    epochs: Annotated[float, typer.Option(min=0.01, help="Passes over them.")] = 1.0,
    threads: ThreadsOption = 2,
) -> None:
    """Let a base checkpoint read texts without labels, guessing masked words.

    The same command goes on after an interruption; train from the folder afterwards.

    Example: emoji-reactor model pretrain runs/read --data chats.txt && emoji-reactor model train
    --base runs/read
    """
    loaded_recipe = read_recipe(recipe)
    from model.training.fitting import pretrain as pretraining  # torch

    fit = loaded_recipe.fit
    base = base or loaded_recipe.locate_checkpoint(fit.base)
    texts = read_unlabelled_texts(loaded_recipe, data or (), limit)
    options = pretraining.PretrainOptions(
        epochs, max_tokens=fit.max_tokens, seed=fit.seed, threads=threads
    )
    with Progress(console=Console(stderr=True)) as progress:
        result = pretraining.pretrain(texts, base, out, options, progress)
    typer.echo(
        f"{out}: {result.texts:,} texts read, loss of masked tokens {result.loss_before:.3f} to "
        f"{result.loss_after:.3f}; train with --base {out}"
    )
