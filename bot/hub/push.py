"""Pushes to the Hugging Face Hub, one atomic commit each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import EmojiReactorError
from bot.hub.client import HubRequestFailed, hub_client

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_HUB_ATTRIBUTES = ".gitattributes"
"""The Hub's own file in every repository; it is never deleted."""
_REMEDIES = {
    401: "set HF_TOKEN to a token that may write there",
    403: "the token may not write there; ask for access, or choose another --repo",
    404: "there is no such repository or revision, or the token may not see it",
    409: "somebody else pushed in the meantime; push again",
    429: "the Hub limits the rate of requests; push again later",
}


class PushFailed(EmojiReactorError):
    """The Hub did not accept a push; the repository is unchanged, and the push can be repeated."""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Files to push, and their repository."""

    repo: str
    """``ORG/NAME``."""
    repo_type: str
    """``model``, ``dataset`` or ``space``."""
    files: Mapping[str, Path]
    """Path in the repository -> file; all other files of the repository are deleted."""
    message: str
    public: bool = False
    """Make the repository public after the push; a new repository is private."""
    revision: str | None = None
    """A branch, created if it does not exist; None for the main branch."""
    erase_history: bool = False
    """Squash the history of the branch and delete all tags: both keep earlier contents."""
    tag: str | None = None
    """Name of the pushed commit, for who cites it; it moves if it exists."""
    space_sdk: str = "gradio"
    """Of a new Space: ``gradio`` or ``static``."""


def push(request: PushRequest) -> str:
    """Create the repository if needed, replace its files, and return the URL of the commit.

    Raises:
        PushFailed: one line that names the repository, the cause and the remedy.
    """
    repo = request.repo
    try:
        with hub_client() as client:
            return _push(client, request)
    except HubRequestFailed as error:
        if error.status is None:
            message = f"{repo}: the Hub cannot be reached ({error.cause}); push again"
            raise PushFailed(message) from None
        remedy = _REMEDIES.get(error.status, "push again later")
        raise PushFailed(f"{repo}: the Hub answered {error.status}: {remedy}") from None


def _push(client: "HfApi", request: PushRequest) -> str:
    repo, repo_type, revision = request.repo, request.repo_type, request.revision
    _create_repository(client, request)
    if revision is not None:
        client.create_branch(repo, branch=revision, repo_type=repo_type, exist_ok=True)
    url = _commit(client, request)
    if request.erase_history:
        _delete_tags(client, request)
        client.super_squash_history(repo, branch=revision, repo_type=repo_type)
    if request.tag is not None:
        _set_tag(client, request, request.tag)
    if request.public:
        client.update_repo_settings(repo, private=False, repo_type=repo_type)
    return url


def _create_repository(client: "HfApi", request: PushRequest) -> None:
    from huggingface_hub.errors import HfHubHTTPError

    try:
        repo_type = request.repo_type
        sdk = request.space_sdk if repo_type == "space" else None
        client.create_repo(request.repo, repo_type=repo_type, private=True, space_sdk=sdk)
    except HfHubHTTPError as error:
        if error.response.status_code != 409:  # 409: it exists already
            raise


def _delete_tags(client: "HfApi", request: PushRequest, *names: str) -> None:
    """Delete the tags with these names, or all."""
    for tag in client.list_repo_refs(request.repo, repo_type=request.repo_type).tags:
        if not names or tag.name in names:
            client.delete_tag(request.repo, tag=tag.name, repo_type=request.repo_type)


def _set_tag(client: "HfApi", request: PushRequest, tag: str) -> None:
    _delete_tags(client, request, tag)
    client.create_tag(request.repo, tag=tag, revision=request.revision, repo_type=request.repo_type)


def _commit(client: "HfApi", request: PushRequest) -> str:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    repo_type, revision = request.repo_type, request.revision
    existing = set(client.list_repo_files(request.repo, repo_type=repo_type, revision=revision))
    obsolete = sorted(existing - set(request.files) - {_HUB_ATTRIBUTES})
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        *(CommitOperationAdd(path, str(file)) for path, file in sorted(request.files.items())),
        *(CommitOperationDelete(path) for path in obsolete),
    ]
    commit = client.create_commit(
        request.repo,
        operations,
        commit_message=request.message,
        repo_type=repo_type,
        revision=revision,
    )
    return str(commit.commit_url)
