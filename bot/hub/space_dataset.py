"""Access to the data set of a Space, in a folder or on the Hub."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.dataset.space_import import SpaceImportFailed
from bot.hub.client import HubRequestFailed, hub_client, is_repository_name
from demo.page.hub_dataset import CHOICES, TEXTS


@contextmanager
def open_space_dataset(source: str) -> Iterator[Path]:
    """Yield the folder of a data set: a local one, or a download of ``ORG/NAME`` from the Hub.

    The download is deleted afterwards: a copy would keep what visitors erase later.

    Raises:
        SpaceImportFailed: ``source`` is neither, or the download failed.
    """
    if Path(source).is_dir():
        yield Path(source)
        return
    if not is_repository_name(source):
        raise SpaceImportFailed(f"{source} is neither a folder nor a data set ORG/NAME on the Hub")
    with tempfile.TemporaryDirectory() as folder:
        _download(source, folder)
        yield Path(folder)


def _download(repository: str, folder: str) -> None:
    patterns = [f"{name}/*/*.jsonl" for name in (CHOICES, TEXTS)]
    try:
        with hub_client() as client:
            client.snapshot_download(
                repository, repo_type="dataset", local_dir=folder, allow_patterns=patterns
            )
    except HubRequestFailed as error:
        raise SpaceImportFailed(
            f"{repository} cannot be downloaded from the Hub ({error.cause}): it should be the"
            " FEEDBACK_REPO of the Space, and HF_TOKEN a token that may read it"
        ) from None
