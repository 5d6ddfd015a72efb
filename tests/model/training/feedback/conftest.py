"""The artifact that fine-tuning starts from."""

from pathlib import Path

import pytest

from model.artifact import Artifact, load


@pytest.fixture
def source(tiny_artifact: Path) -> Artifact:
    return load(tiny_artifact)
