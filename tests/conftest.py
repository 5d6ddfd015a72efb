"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

from tests.tiny import write_tiny_artifact


@pytest.fixture(scope="session")
def tiny_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real artifact, 100 kB: word vectors, mean-pooled, that know a dozen words."""
    folder = tmp_path_factory.mktemp("artifact") / "tiny"
    write_tiny_artifact(folder)
    return folder
