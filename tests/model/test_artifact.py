"""A corrupt or half-written artifact is refused with the name of the file."""

import json
import shutil
from pathlib import Path

import pytest

from model import Predictor
from model.artifact import LAYOUT, ArtifactError, load
from model.artifact_source import locate


@pytest.fixture
def copy(tiny_artifact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_artifact, tmp_path / "artifact"))


@pytest.mark.parametrize("file", LAYOUT.hashed_files)
def test_a_flipped_bit_is_detected(copy: Path, file: str) -> None:
    content = bytearray((copy / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / file).write_bytes(content)
    with pytest.raises(ArtifactError, match=rf"{file} is corrupt"):
        load(copy)


@pytest.mark.parametrize("file", LAYOUT.hashed_files)
def test_missing_and_truncated_files_are_named(copy: Path, file: str) -> None:
    content = (copy / file).read_bytes()
    (copy / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(ArtifactError, match=file):
        load(copy)
    (copy / file).unlink()
    with pytest.raises(ArtifactError, match=rf"{file} is missing"):
        load(copy)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"text"', "null", '{"format": 1}'])
def test_a_corrupt_manifest_is_named(copy: Path, content: str) -> None:
    (copy / LAYOUT.manifest).write_text(content)
    with pytest.raises(ArtifactError, match=LAYOUT.manifest):
        load(copy)


@pytest.mark.parametrize("key", ["format", "cleaning"])
def test_another_version_is_refused(copy: Path, key: str) -> None:
    path = copy / LAYOUT.manifest
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {key: 99}))
    with pytest.raises(ArtifactError, match=rf"{key} 99"):
        load(copy)


def test_a_manifest_with_other_emojis_than_rows_is_refused(copy: Path) -> None:
    path = copy / LAYOUT.manifest
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"emojis": manifest["emojis"][1:]}))
    with pytest.raises(ArtifactError, match=r"lists \d+ emojis, emoji\.safetensors holds \d+"):
        load(copy)


@pytest.mark.parametrize("source", ["no/such/folder", "nothing", "./a/b", "/x/y"])
def test_an_unknown_source_is_named(source: str) -> None:
    with pytest.raises(ArtifactError, match=source):
        locate(source)


def test_the_same_weights_have_the_same_version(tiny_artifact: Path, copy: Path) -> None:
    assert load(copy).version == load(tiny_artifact).version
    assert Predictor.load(str(copy)).version == load(copy).version
