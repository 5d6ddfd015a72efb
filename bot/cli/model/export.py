"""``emoji-reactor model export``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import layouts
from bot.cli.layouts import FORMAT_HELP, FiguresOption
from bot.cli.options import ModelOption, served_folder
from model import artifact, artifact_source
from model.training.layouts.layout_format import LayoutFormat


def export(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    format_: Annotated[list[LayoutFormat], typer.Option("--format", help=FORMAT_HELP)],
    model: ModelOption = None,
    figures: FiguresOption = None,
) -> None:
    """Write an artifact as ordinary tools open it, without this package.

    Its card says how to load each form, what is left out, and what it reached.

    Example: emoji-reactor model export exported --format onnx --format sentence-transformers
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise typer.BadParameter(f"{out} is not empty; choose a new folder", param_hint="FOLDER")
    loaded = artifact.load(artifact_source.locate(model or served_folder()))
    layouts.write(loaded, format_, out, figures)
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        typer.echo(f"{path.stat().st_size:>12,}  {path.relative_to(out).as_posix()}")
