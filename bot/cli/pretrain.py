"""``emoji-reactor model pretrain``: read unlabelled texts before the fit."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.training_extra import DEFAULT_RECIPE, RecipeOption, need_training, read_recipe


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
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 2,
) -> None:
    """Let a base checkpoint read texts without labels, guessing masked words.

    The same command goes on after an interruption; train from the folder afterwards.

    Example: emoji-reactor model pretrain runs/read --data chats.txt && emoji-reactor model train
    --base runs/read
    """
    need_training()
    read = read_recipe(recipe)
    from rich.console import Console
    from rich.progress import Progress

    from model.training.data.sources import read_unlabelled_texts
    from model.training.fitting.pretrain import PretrainOptions, pretrain

    texts = read_unlabelled_texts(read, data or (), limit)
    plan = PretrainOptions(
        epochs, max_tokens=read.fit.max_tokens, seed=read.fit.seed, threads=threads
    )
    with Progress(console=Console(stderr=True)) as progress:
        learnt = pretrain(texts, base or read.fit.base, out, plan, progress)
    typer.echo(
        f"{out}: {learnt.texts:,} texts read, loss of masked tokens {learnt.loss_before:.3f} to "
        f"{learnt.loss_after:.3f}; train with --base {out}"
    )
