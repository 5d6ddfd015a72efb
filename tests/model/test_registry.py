"""Promotions: copied, switched at once, taken back, and refused where they cannot be served."""

import json
import shutil
from pathlib import Path

import pytest

from model import atomic
from model.artifact import LAYOUT, ArtifactError, load
from model.registry import MAX_PROMOTIONS, Registry
from tests.tiny import write_tiny_artifact


@pytest.fixture
def registry(tmp_path: Path, tiny_artifact: Path) -> Registry:
    return Registry(tmp_path / "artifacts", str(tiny_artifact))


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    write_tiny_artifact(tmp_path / "candidate", "next", seed=1)
    return tmp_path / "candidate"


def test_the_source_is_served_until_something_is_promoted(
    registry: Registry, tiny_artifact: Path
) -> None:
    assert registry.served().folder == tiny_artifact
    assert not registry.folder.exists()


def test_a_promotion_is_a_copy_that_is_served(registry: Registry, candidate: Path) -> None:
    (candidate / LAYOUT.card).write_text("# A card", "utf-8")
    version = registry.promote(candidate).version
    for file in candidate.iterdir():
        file.unlink()
    assert registry.served().version == version
    assert (registry.served().folder / LAYOUT.card).read_text("utf-8") == "# A card"


def test_rollback_goes_back_step_by_step(
    registry: Registry, candidate: Path, tmp_path: Path
) -> None:
    write_tiny_artifact(tmp_path / "third", "third", seed=2)
    first = registry.served().version
    second = registry.promote(candidate).version
    registry.promote(tmp_path / "third")
    assert [registry.rollback().version, registry.rollback().version] == [second, first]
    assert registry.served().version == first
    assert load(registry.folder / second).version == second
    with pytest.raises(ArtifactError, match="nothing to go back to"):
        registry.rollback()


def test_a_promotion_does_not_affect_another_source(registry: Registry, candidate: Path) -> None:
    registry.promote(candidate)
    elsewhere = Registry(registry.folder, str(candidate))
    assert elsewhere.promoted_versions() == ()
    assert elsewhere.served().folder == candidate


def test_a_corrupt_candidate_is_not_promoted(registry: Registry, candidate: Path) -> None:
    with (candidate / LAYOUT.encoder).open("ab") as file:
        file.write(b"?")
    with pytest.raises(ArtifactError, match=r"encoder\.onnx is corrupt"):
        registry.promote(candidate)
    assert not registry.folder.exists()


def test_a_corrupt_copy_is_replaced(registry: Registry, candidate: Path) -> None:
    kept = registry.promote(candidate).folder
    (kept / LAYOUT.emoji).write_bytes(b"")
    with pytest.raises(ArtifactError, match="corrupt"):
        registry.served()
    registry.promote(candidate)
    assert registry.served().folder == kept


@pytest.mark.parametrize("text", ["{", "[]", '{"source": null}', '{"versions": 1, "source": ""}'])
def test_a_corrupt_pointer_is_named(registry: Registry, candidate: Path, text: str) -> None:
    registry.promote(candidate)
    registry.pointer_file.write_text(text, "utf-8")
    with pytest.raises(ArtifactError, match=r"promoted\.json is corrupt"):
        registry.served()


def test_old_promotions_are_deleted(registry: Registry, tmp_path: Path) -> None:
    versions = []
    for number in range(MAX_PROMOTIONS + 2):
        write_tiny_artifact(tmp_path / str(number), f"n{number}", seed=number)
        versions.append(registry.promote(tmp_path / str(number)).version)
    assert registry.promoted_versions() == tuple(versions[-MAX_PROMOTIONS:])
    kept = {path.name for path in registry.folder.iterdir() if path.is_dir()}
    assert kept == set(versions[-MAX_PROMOTIONS:])
    assert (
        json.loads(registry.pointer_file.read_text("utf-8"))["versions"]
        == versions[-MAX_PROMOTIONS:]
    )


@pytest.mark.parametrize("version", ["../victim", "../victim-00000000", "/victim-00000000"])
def test_a_manifest_cannot_name_a_path_as_its_version(
    registry: Registry, candidate: Path, version: str
) -> None:
    victim = registry.folder.parent / "victim"
    victim.mkdir()
    (victim / "diary.txt").write_text("precious", "utf-8")
    manifest = candidate / LAYOUT.manifest
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"version": version}))
    with pytest.raises(ArtifactError, match=r"manifest\.json: version"):
        registry.promote(candidate)
    assert (victim / "diary.txt").read_text("utf-8") == "precious"
    assert not registry.folder.exists()


def test_a_pointer_cannot_name_a_path_as_a_version(
    registry: Registry, candidate: Path, tiny_artifact: Path
) -> None:
    victim = registry.folder.parent / "victim"
    shutil.copytree(tiny_artifact, victim)
    registry.promote(candidate)
    versions = ["../victim", *registry.promoted_versions()]
    pointer = {"source": str(tiny_artifact), "versions": versions}
    registry.pointer_file.write_text(json.dumps(pointer), "utf-8")
    for act in (registry.served, registry.rollback, lambda: registry.promote(candidate)):
        with pytest.raises(ArtifactError, match=r"promoted\.json is corrupt: versions\.0"):
            act()
    assert load(victim).version == load(tiny_artifact).version


def test_a_pointer_that_cannot_be_written_leaves_the_served_artifact(
    registry: Registry, candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = registry.promote(candidate).version
    write_tiny_artifact(tmp_path / "third", "third", seed=2)

    def full(*_: object, **__: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "write", full)
    with pytest.raises(ArtifactError, match="cannot be written: No space left on device"):
        registry.promote(tmp_path / "third")
    with pytest.raises(ArtifactError, match="cannot be written: No space left on device"):
        registry.rollback()
    assert registry.served().version == version
