"""Options and the upload that the pushes share."""

from typing import Annotated

import typer

from bot.hub.client import is_repository_name
from bot.hub.push import PushRequest, push


def _require_name(repo: str) -> str:
    if not is_repository_name(repo):
        raise typer.BadParameter(f"{repo} should be ORG/NAME, as the Hub spells it")
    return repo


RepoOption = Annotated[
    str,
    typer.Option(
        "--repo",
        metavar="ORG/NAME",
        help="Created if it does not exist.",
        callback=_require_name,
    ),
]
PrivateOption = Annotated[
    bool, typer.Option("--private/--public", help="Public only once everything is there.")
]
RevisionOption = Annotated[
    str | None, typer.Option(metavar="BRANCH", help="Another branch than the main one.")
]
TagOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Name this version, so that it can be cited.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run/--no-dry-run", help="Only list what would be pushed.")
]


def upload(request: PushRequest, *, dry_run: bool) -> None:
    """List the files and, unless it is a dry run, push them and write the commit's URL.

    Raises:
        PushFailed: the Hub did not accept the push.
    """
    for name, file in sorted(request.files.items()):
        typer.echo(f"{file.stat().st_size:>12,}  {name}")
    if dry_run:
        typer.echo(f"nothing was pushed to {request.repo}; --no-dry-run pushes this")
        return
    typer.echo(push(request))
