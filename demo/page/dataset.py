"""What visitors of a Space choose, kept in a data set on the Hub."""

import hashlib
import logging
import tempfile
import uuid
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from huggingface_hub import CommitInfo, CommitOperationDelete, CommitScheduler

from model.feedback import FeedbackRow

from .port import PersonId

logger = logging.getLogger(__name__)

MINUTES = 5
"""Between two commits."""
CHOICES, TEXTS = "choices", "texts"


class DatasetRefused(Exception):
    """The Hub does not let us write; one line with the cause and the mend."""


class _Pushes(CommitScheduler):
    """Tells what failed without what the Hub said."""

    def push_to_hub(self) -> CommitInfo | None:
        """One commit of what changed; what fails waits for the next time."""
        try:
            return super().push_to_hub()
        except Exception as error:  # besides its own, the client lets its HTTP library's through
            logger.error("choices were not pushed (%s); check HF_TOKEN", type(error).__name__)
            raise


class Dataset:
    """Two folders, choices and texts, in each a folder a person, in it a file a process.

    Lines are ``FeedbackRow``s; those in texts have their text and its consent. So what a person
    gave is erased by deleting folders, and a restart overwrites nothing. The branch's history is
    squashed after each commit: what is erased is in no earlier one either.
    """

    def __init__(self, repository: str) -> None:
        """Commit to ``ORG/NAME``, made as a private data set where there is none.

        Raises:
            DatasetRefused: no such name, or no token that may write there.
        """
        # The client's log quotes what the Hub says, which may be anything.
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
        self._file = f"{uuid.uuid4().hex}.jsonl"
        try:
            self._scheduler = _Pushes(
                repo_id=repository,
                repo_type="dataset",
                folder_path=tempfile.mkdtemp(prefix="feedback-"),
                every=MINUTES,
                private=True,
                squash_history=True,
            )
        except Exception as error:  # besides its own, the client lets its HTTP library's through
            raise DatasetRefused(
                f"the Hub did not take {repository} ({type(error).__name__}): should be ORG/NAME,"
                " and HF_TOKEN a token that may write there"
            ) from None

    def __enter__(self) -> Self:
        """Commit on leaving."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Push what was not yet pushed."""
        with suppress(Exception):  # it has been told
            self._scheduler.__exit__(kind, error, trace)

    def add(self, person: PersonId, row: FeedbackRow) -> bool:
        """Keep a row for the next commit, its text apart if it has one; False where it failed.

        The last row of an ``id`` counts.
        """
        bare = row.model_copy(update={"text": None, "consent_version": None})
        try:
            with self._scheduler.lock:
                self._append(CHOICES, person, bare)
                if row.text is not None:
                    self._append(TEXTS, person, row)
        except OSError:
            return False
        return True

    def erase(self, person: PersonId, *folders: str) -> bool:
        """Delete folders of a person here and on the Hub; False where the Hub did not do it.

        Waits for a commit under way, which could bring them back.
        """
        work = self._scheduler.api.run_as_future(self._erase, person, folders)
        try:
            work.result()
        except Exception:  # as above
            return False
        return True

    def _erase(self, person: PersonId, folders: tuple[str, ...]) -> None:
        hub = self._scheduler
        where: dict[str, Any] = {"repo_id": hub.repo_id, "repo_type": "dataset"}
        begins = tuple(f"{folder}/{key(person)}/" for folder in folders)
        for begin in begins:
            with hub.lock:
                (hub.folder_path / begin / self._file).unlink(missing_ok=True)
        gone = [file for file in hub.api.list_repo_files(**where) if file.startswith(begins)]
        if gone:
            deleted = [CommitOperationDelete(file) for file in gone]
            hub.api.create_commit(operations=deleted, commit_message="Erased", **where)
        hub.api.super_squash_history(**where)  # even so: the last time, this may have failed

    def _append(self, folder: str, person: PersonId, row: FeedbackRow) -> None:
        path = self._scheduler.folder_path / folder / key(person) / self._file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{row.model_dump_json()}\n")


def key(person: PersonId) -> str:
    """The person's name in the data set, whose readers cannot speak for the person with it.

    A hash suffices, as the id is 128 random bits.
    """
    return hashlib.sha256(person.encode()).hexdigest()[:32]
