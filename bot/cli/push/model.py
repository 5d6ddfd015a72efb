"""``emoji-reactor push model``."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import layouts
from bot.cli.layouts import FORMAT_HELP, FiguresOption
from bot.cli.options import ModelOption, served_folder
from bot.cli.push.upload import (
    DryRunOption,
    PrivateOption,
    RepoOption,
    RevisionOption,
    TagOption,
    upload,
)
from bot.hub.push import PushRequest
from bot.hub.repo_files import layout_files, model_files
from model import artifact, artifact_source
from model.artifact import LAYOUT, Artifact
from model.evaluation.eval_results import eval_results_files
from model.training.layouts.layout_format import LayoutFormat


def model(
    repo: RepoOption,
    model: ModelOption = None,
    format_: Annotated[
        list[LayoutFormat] | None, typer.Option("--format", help=FORMAT_HELP)
    ] = None,
    figures: FiguresOption = None,
    private: PrivateOption = True,
    revision: RevisionOption = None,
    tag: TagOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Push an artifact with its card; then --model ORG/NAME serves it anywhere.

    With --format, tools that do not know this package open it as well.

    Example: emoji-reactor push model --repo ORG/NAME
    """
    loaded = artifact.load(artifact_source.locate(model or served_folder()))
    files = model_files(loaded)
    with tempfile.TemporaryDirectory() as scratch:
        if format_:
            folder = Path(scratch) / "layouts"
            layouts.write(loaded, format_, folder, figures)
            files = layout_files(folder, loaded)
        files |= _write_eval_results(loaded, Path(scratch))
        files[LAYOUT.card] = _write_card(files[LAYOUT.card], repo, Path(scratch))
        request = PushRequest(repo, "model", files, loaded.version, not private, revision, tag=tag)
        upload(request, dry_run=dry_run)


def _write_card(card: Path, repo: str, folder: Path) -> Path:
    """Write a card whose examples name the repository."""
    written = folder / LAYOUT.card
    written.write_text(card.read_text(encoding="utf-8").replace("ORG/NAME", repo), encoding="utf-8")
    return written


def _write_eval_results(loaded: Artifact, folder: Path) -> dict[str, Path]:
    """Write the results that the Hub shows beside those of other models."""
    found = {}
    for name, content in eval_results_files(loaded).items():
        found[name] = folder / name
        found[name].parent.mkdir(exist_ok=True)
        found[name].write_text(content, encoding="utf-8")
    return found
