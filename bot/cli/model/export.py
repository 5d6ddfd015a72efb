"""``emoji-reactor model export``."""

from typing import Annotated

import typer

from bot.cli import layouts
from bot.cli.layouts import FORMAT_HELP, FiguresOption
from bot.cli.options import ModelOption, NewFolder, served_folder
from model import artifact, artifact_source
from model.training.layouts.layout_format import LayoutFormat


def export(
    out: NewFolder,
    format_: Annotated[list[LayoutFormat], typer.Option("--format", help=FORMAT_HELP)],
    model: ModelOption = None,
    figures: FiguresOption = None,
) -> None:
    """Write an artifact as ordinary tools open it, without this package.

    Its card says how to load each form, what is left out, and what it reached.

    Example: emoji-reactor model export exported --format onnx --format sentence-transformers
    """
    loaded = artifact.load(artifact_source.locate(model or served_folder()))
    layouts.write(loaded, format_, out, figures)
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        typer.echo(f"{path.stat().st_size:>12,}  {path.relative_to(out).as_posix()}")
