"""``emoji-reactor push space``."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ModelOption, served_folder
from bot.cli.push.upload import DryRunOption, PrivateOption, RepoOption, RevisionOption, upload
from bot.cli.training_extra import require_training_extra
from bot.hub.push import PushRequest
from bot.hub.repo_files import space_files, static_space_files
from model import artifact, artifact_source
from model.artifact import Artifact


def space(
    repo: RepoOption,
    model: ModelOption = None,
    demo: Annotated[
        Path, typer.Option(metavar="DIR", help="The Space's own files, app.py among them.")
    ] = Path("demo"),
    static: Annotated[
        bool,
        typer.Option("--static", help="The page that computes in the browser, without a server."),
    ] = False,
    library: Annotated[
        Path,
        typer.Option(metavar="DIR", help="For --static: node_modules with transformers.js."),
    ] = Path("build/node/node_modules"),
    private: PrivateOption = True,
    revision: RevisionOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Push the demo with the model that it shows.

    With --static visitors' texts stay in their browsers; it needs the train extra and npm.

    Example: emoji-reactor push space --repo ORG/NAME
    """
    loaded = artifact.load(artifact_source.locate(model or served_folder()))
    with tempfile.TemporaryDirectory() as scratch:
        files = (
            _static_files(loaded, demo, library, Path(scratch))
            if static
            else space_files(demo, loaded)
        )
        sdk = "static" if static else "gradio"
        request = PushRequest(
            repo, "space", files, loaded.version, not private, revision, space_sdk=sdk
        )
        upload(request, dry_run=dry_run)


def _static_files(loaded: Artifact, demo: Path, library: Path, built: Path) -> dict[str, Path]:
    require_training_extra()
    from demo.page.examples import EXAMPLES
    from model.training.layouts.browser import write_browser_files  # onnx

    write_browser_files(loaded, built, EXAMPLES)
    return static_space_files(demo, library, built)
