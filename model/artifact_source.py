"""Folders of artifacts: the shipped one, another one, or one that is fetched from the Hub."""

import logging
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from model.artifact import LAYOUT, ArtifactError

TRANSFORMERS_CONFIG = "config.json"
"""File that marks a checkpoint of transformers."""
SERVED_FILES = (
    *LAYOUT.hashed_files,
    *LAYOUT.optional_files,
    LAYOUT.manifest,
    LAYOUT.card,
    TRANSFORMERS_CONFIG,
)
REPOSITORY_FOLDER = "artifact"
"""Folder of the artifact in a repository whose root has the layouts of other tools."""
_CLASSIFIER_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
"""Patterns of the files that transformers needs of a classifier."""
_PICKLED_WEIGHTS = "pytorch_model*.bin"
"""Weights of older checkpoints; a checkpoint that has safetensors needs none."""


def locate(source: str | None, file_patterns: Sequence[str] = SERVED_FILES) -> Path:
    """Return the folder of a source: None for the shipped artifact, a folder, or a Hub id.

    A Hub id is ``ORG/NAME[@REV]``; ``file_patterns`` are the files to fetch of it. In a folder or
    repository with the layouts of other tools, the artifact is in ``REPOSITORY_FOLDER``.

    Raises:
        ArtifactError: no such folder, or the download failed.
    """
    if source is None:
        return Path(str(files("model").joinpath("default")))
    if Path(source).is_dir():
        return _artifact_in(Path(source))
    name, _, revision = source.partition("@")
    if name.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ArtifactError(f"{source} is neither a folder nor a Hub id ORG/NAME[@REV]")
    nested = [f"{REPOSITORY_FOLDER}/{pattern}" for pattern in file_patterns]
    return _artifact_in(_fetch(name, revision or None, [*file_patterns, *nested]))


def _artifact_in(folder: Path) -> Path:
    nested = folder / REPOSITORY_FOLDER
    return nested if (nested / LAYOUT.manifest).is_file() else folder


def locate_classifier(source: str) -> Path:
    """Return the folder of a classifier of transformers: a folder, or a Hub id.

    Raises:
        ArtifactError: no such folder, or the download failed.
    """
    folder = locate(source, _CLASSIFIER_FILES)
    if Path(source).is_dir() or any(folder.glob("*.safetensors")):
        return folder
    return locate(source, (*_CLASSIFIER_FILES, _PICKLED_WEIGHTS))


def _fetch(repository: str, revision: str | None, file_patterns: Sequence[str]) -> Path:
    # Imported here: a bot that serves a local artifact does not pay for the Hub's client.
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    get_logger().setLevel(logging.CRITICAL)  # the ArtifactError below says what failed
    if sys.stderr is None or not sys.stderr.isatty():
        disable_progress_bars()
    try:
        return Path(
            snapshot_download(repository, revision=revision, allow_patterns=[*file_patterns])
        )
    except Exception as error:  # the client also passes on errors of its HTTP library
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArtifactError(f"{repository}: download from the Hub failed: {reason}") from error
