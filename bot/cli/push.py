"""``emoji-reactor push``: models, data sets and the Space to the Hugging Face Hub."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.export_progress import ExportFormat, exported, formats, selection
from bot.cli.options import ConfigFile, served, start
from bot.cli.training_extra import ModelOption

if TYPE_CHECKING:
    from model.artifact import Artifact

app = typer.Typer(help="Share on the Hugging Face Hub.", no_args_is_help=True)

Repo = Annotated[str, typer.Option("--repo", metavar="ORG/NAME", help="Made where there is none.")]
Private = Annotated[
    bool, typer.Option("--private/--public", help="Public only once everything is there.")
]
Revision = Annotated[
    str | None, typer.Option(metavar="BRANCH", help="Another branch than the main one.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run/--no-dry-run", help="Only say what would be pushed.")
]


@app.command()
def model(
    repo: Repo,
    model: ModelOption = None,
    private: Private = True,
    revision: Revision = None,
    dry_run: DryRun = False,
) -> None:
    """Push an artifact with its card; then --model ORG/NAME serves it anywhere.

    Example: emoji-reactor push model --repo ORG/NAME
    """
    from bot.hub.repo_files import model_files

    artifact = _artifact(model)
    _push(("model", repo, revision), model_files(artifact), artifact.version, not private, dry_run)


@app.command()
def dataset(
    repo: Repo,
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="parquet needs the train extra.")
    ] = ExportFormat.PARQUET,
    licence: Annotated[str, typer.Option(metavar="ID", help="For the card.")] = "other",
    private: Private = True,
    revision: Revision = None,
    dry_run: DryRun = True,
    config: ConfigFile = None,
) -> None:
    """Export feedback now and push it; says what it would push unless --no-dry-run.

    It is exported at the moment of the push, so that nobody is in it who took theirs back, and
    what the repository held before is erased from its history too.

    Example: emoji-reactor push dataset --repo ORG/NAME --no-dry-run
    """
    settings, _ = start(config)
    from bot.dataset.export import ExportRequest
    from bot.hub.repo_files import dataset_files

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "feedback"
        order = ExportRequest(selection(settings.privacy), formats(format_), licence)
        contents = asyncio.run(exported(settings.database.url, order, folder))
        typer.echo(
            f"{contents.rows.total():,} rows, {contents.texts:,} with text; terms agreed to:"
            f" {', '.join(sorted(contents.consent_versions)) or 'none'}"
        )
        _push(
            ("dataset", repo, revision),
            dataset_files(folder),
            "Feedback",
            not private,
            dry_run,
        )


@app.command()
def space(
    repo: Repo,
    model: ModelOption = None,
    demo: Annotated[
        Path, typer.Option(metavar="DIR", help="The Space's own files, app.py among them.")
    ] = Path("demo"),
    private: Private = True,
    revision: Revision = None,
    dry_run: DryRun = False,
) -> None:
    """Push the demo with the model that it shows.

    Example: emoji-reactor push space --repo ORG/NAME
    """
    from bot.hub.repo_files import space_files

    artifact = _artifact(model)
    _push(
        ("space", repo, revision),
        space_files(demo, artifact),
        artifact.version,
        not private,
        dry_run,
    )


def _artifact(model: str | None) -> "Artifact":
    from model import artifact

    return artifact.load(artifact.locate(model or served()))


def _push(
    where: tuple[str, str, str | None],
    files: Mapping[str, Path],
    message: str,
    public: bool,
    dry_run: bool,
) -> None:
    kind, repo, revision = where
    for name, file in sorted(files.items()):
        typer.echo(f"{file.stat().st_size:>12,}  {name}")
    if dry_run:
        typer.echo(f"nothing was pushed to {repo}; --no-dry-run pushes this")
        return
    from bot.hub.push import PushRequest, push

    erase_history = kind == "dataset"
    request = PushRequest(repo, kind, files, message, public, revision, erase_history)
    typer.echo(push(request))
