"""The data set on the Hub with the choices of a Space's visitors."""

import hashlib
import logging
import tempfile
import uuid
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from huggingface_hub import CommitInfo, CommitOperationDelete, CommitScheduler

from model.feedback import FeedbackRow

from .interface import VisitorId

logger = logging.getLogger(__name__)

COMMIT_INTERVAL_MINUTES = 5
CHOICES, TEXTS = "choices", "texts"


class HubDatasetRefused(Exception):
    """The Hub refuses access to the data set; one line with the cause and the remedy."""


class _QuietScheduler(CommitScheduler):
    """Scheduler that logs failures without the Hub's own message."""

    def push_to_hub(self) -> CommitInfo | None:
        """Commit what changed; what fails is part of the next commit."""
        try:
            return super().push_to_hub()
        except Exception as error:  # the client also lets errors of its HTTP library through
            logger.error("choices were not pushed (%s); check HF_TOKEN", type(error).__name__)
            raise


class HubDataset:
    """Folders for choices and texts, in each a folder for each visitor, in it a file a process.

    Lines are ``FeedbackRow``s; those in texts have the text and its consent. So a visitor's data
    is erased by deleting folders, and a restart overwrites nothing. The history of the branch is
    squashed after each commit, so that erased data is in no earlier commit either.
    """

    def __init__(self, repository: str) -> None:
        """Commit to ``ORG/NAME``, created as a private data set if it does not exist.

        Raises:
            HubDatasetRefused: the name is invalid, or the token may not write there.
        """
        # The client's log quotes the Hub's messages, which may contain anything.
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
        self._file = f"{uuid.uuid4().hex}.jsonl"
        try:
            self._scheduler = _QuietScheduler(
                repo_id=repository,
                repo_type="dataset",
                folder_path=tempfile.mkdtemp(prefix="feedback-"),
                every=COMMIT_INTERVAL_MINUTES,
                private=True,
                squash_history=True,
            )
        except Exception as error:  # the client also lets errors of its HTTP library through
            raise HubDatasetRefused(
                f"the Hub refused {repository} ({type(error).__name__}): it should be ORG/NAME,"
                " and HF_TOKEN a token that may write there"
            ) from None

    def __enter__(self) -> Self:
        """Return the data set, which is committed on leaving."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Push what has not been pushed yet."""
        with suppress(Exception):  # it has been logged
            self._scheduler.__exit__(kind, error, trace)

    def add(self, visitor: VisitorId, row: FeedbackRow) -> bool:
        """Keep a row for the next commit, its text in a separate file; False if that failed.

        The last row with an ``id`` is the valid one.
        """
        without_text = row.model_copy(update={"text": None, "consent_version": None})
        try:
            with self._scheduler.lock:
                self._append(CHOICES, visitor, without_text)
                if row.text is not None:
                    self._append(TEXTS, visitor, row)
        except OSError:
            return False
        return True

    def erase(self, visitor: VisitorId, *folders: str) -> bool:
        """Delete folders of a visitor here and on the Hub; False if the Hub failed to.

        Waits for a commit in progress, which could restore them.
        """
        work = self._scheduler.api.run_as_future(self._erase, visitor, folders)
        try:
            work.result()
        except Exception:  # as above
            return False
        return True

    def _erase(self, visitor: VisitorId, folders: tuple[str, ...]) -> None:
        scheduler = self._scheduler
        repository: dict[str, Any] = {"repo_id": scheduler.repo_id, "repo_type": "dataset"}
        prefixes = tuple(f"{folder}/{visitor_key(visitor)}/" for folder in folders)
        for prefix in prefixes:
            with scheduler.lock:
                (scheduler.folder_path / prefix / self._file).unlink(missing_ok=True)
        files = scheduler.api.list_repo_files(**repository)
        deletions = [CommitOperationDelete(file) for file in files if file.startswith(prefixes)]
        if deletions:
            scheduler.api.create_commit(operations=deletions, commit_message="Erased", **repository)
        # Squash without deletions too: the squash of an earlier erasure may have failed.
        scheduler.api.super_squash_history(**repository)

    def _append(self, folder: str, visitor: VisitorId, row: FeedbackRow) -> None:
        path = self._scheduler.folder_path / folder / visitor_key(visitor) / self._file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{row.model_dump_json()}\n")


def visitor_key(visitor: VisitorId) -> str:
    """Return the visitor's name in the data set, from which the id cannot be computed.

    A plain hash suffices, since the id has 128 random bits.
    """
    return hashlib.sha256(visitor.encode()).hexdigest()[:32]
