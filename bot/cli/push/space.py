"""``emoji-reactor push space``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ModelOption, served_folder
from bot.cli.push.upload import DryRunOption, PrivateOption, RepoOption, RevisionOption, upload
from bot.hub.push import PushRequest
from bot.hub.repo_files import space_files
from model import artifact


def space(
    repo: RepoOption,
    model: ModelOption = None,
    demo: Annotated[
        Path, typer.Option(metavar="DIR", help="The Space's own files, app.py among them.")
    ] = Path("demo"),
    private: PrivateOption = True,
    revision: RevisionOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Push the demo with the model that it shows.

    Example: emoji-reactor push space --repo ORG/NAME
    """
    loaded = artifact.load(artifact.locate(model or served_folder()))
    files, public = space_files(demo, loaded), not private
    request = PushRequest(repo, "space", files, loaded.version, public, revision)
    upload(request, dry_run=dry_run)
