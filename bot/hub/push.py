"""Pushes to the Hugging Face Hub: one commit each, whole or not at all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import EmojiReactorError

_KEPT = ".gitattributes"
_MENDS = {
    401: "set HF_TOKEN to a token that may write there",
    403: "the token may not write there; ask for access, or choose another --repo",
    404: "there is no such repository or revision, or the token may not see it",
    409: "somebody else pushed meanwhile; push again",
    429: "the Hub asks to wait; push again later",
}


class PushFailed(EmojiReactorError):
    """The Hub did not take it; what is there is as it was before, and the push can be repeated."""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What goes where."""

    repo: str
    """``ORG/NAME``."""
    kind: str
    """``model``, ``dataset`` or ``space``."""
    files: Mapping[str, Path]
    """Path in the repository -> file; whatever else is there goes."""
    message: str
    public: bool = False
    """A repository is private until all is there, and stays so unless this is asked for."""
    revision: str | None = None
    """A branch, made where it does not exist; None for the main one."""
    forget: bool = False
    """Erase what the branch held before from its history as well."""


def push(wanted: PushRequest) -> str:
    """Create the repository where there is none, and replace its files; the commit's address.

    Raises:
        PushFailed: one line that names the repository, the cause and the mend.
    """
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    get_logger().setLevel(logging.CRITICAL)  # whatever fails is told below
    disable_progress_bars()
    try:
        return _push(wanted)
    except HfHubHTTPError as error:
        status = error.response.status_code
        mend = _MENDS.get(status, "push again later")
        raise PushFailed(f"{wanted.repo}: the Hub answered {status}: {mend}") from None
    except HFValidationError:
        raise PushFailed(f"{wanted.repo}: should be ORG/NAME, as the Hub spells it") from None
    except Exception as error:  # besides its own, the client lets its HTTP library's through
        cause = type(error.__cause__ or error).__name__  # it wraps what fails beneath an upload
        told = f"{wanted.repo}: the Hub cannot be reached ({cause}); push again"
        raise PushFailed(told) from None


def _push(wanted: PushRequest) -> str:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api, repo, kind = HfApi(), wanted.repo, wanted.kind
    try:
        sdk = "gradio" if kind == "space" else None
        api.create_repo(repo, repo_type=kind, private=True, space_sdk=sdk)
    except HfHubHTTPError as error:
        if error.response.status_code != 409:  # it is there already
            raise
    if wanted.revision is not None:
        api.create_branch(repo, branch=wanted.revision, repo_type=kind, exist_ok=True)
    there = set(api.list_repo_files(repo, repo_type=kind, revision=wanted.revision))
    gone = sorted(there - set(wanted.files) - {_KEPT})
    new = [CommitOperationAdd(path, str(file)) for path, file in sorted(wanted.files.items())]
    commit = api.create_commit(
        repo,
        [*new, *(CommitOperationDelete(path) for path in gone)],
        commit_message=wanted.message,
        repo_type=kind,
        revision=wanted.revision,
    )
    if wanted.forget:
        api.super_squash_history(repo, branch=wanted.revision, repo_type=kind)
    if wanted.public:
        api.update_repo_settings(repo, private=False, repo_type=kind)
    return str(commit.commit_url)
