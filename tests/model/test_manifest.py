"""Typed manifest: every value is checked, and the message names file and key in one line."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from model.artifact import (
    LAYOUT,
    ArtifactError,
    _read_manifest,
    load,
    save_table,
    sha256_of,
    update_manifest,
    write_manifest,
)
from model.artifact_source import locate
from model.manifest import FORMAT, Description, FeedbackRecord, Manifest, version_of
from model.text import CLEANING_VERSION

SECRET = "zanzibar"


@pytest.fixture
def artifact_folder(tiny_artifact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_artifact, tmp_path / "artifact"))


@pytest.fixture(scope="module")
def shipped_manifest() -> Manifest:
    return load(locate(None)).manifest


def rewrite(folder: Path, **changes: Any) -> None:  # noqa: ANN401 - any JSON
    path = folder / LAYOUT.manifest
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "../victim"),
        ("version", "../victim-00000000"),
        ("version", "/tmp/victim-00000000"),  # noqa: S108 - nothing is written
        ("version", ".hidden-00000000"),
        ("version", "victim"),
        ("version", 7),
        ("temperature", 0),
        ("temperature", -1.0),
        ("temperature", "1.0"),
        ("temperature_slope", -0.1),
        ("temperature", float("nan")),
        ("threshold", float("inf")),
        ("threshold", 1.5),
        ("max_tokens", 0),
        ("max_tokens", 3.5),
        ("uniform_prior_weight", 1.0),
        ("emojis", []),
        ("emojis", "😂"),
        ("padding", {"id": -1, "token": "[PAD]"}),
        ("sources", {"tweets": -1}),
        ("sources", ["tweets"]),
        ("figures", [{"split": "a", "ranker": "b", "figures": {"texts": 1, "hit_1": 2}}]),
        ("parity", {"texts": 1}),
        ("feedback", {"parent": "../victim", "texts": 1}),
        ("sha256", {"encoder.onnx": "f"}),
        ("surprise", 1),
    ],
)
def test_invalid_values_are_refused_with_file_and_key(
    artifact_folder: Path, key: str, value: object
) -> None:
    rewrite(artifact_folder, **{key: value})
    with pytest.raises(ArtifactError) as refused:
        load(artifact_folder)
    message = str(refused.value)
    assert message.startswith(f"{artifact_folder / LAYOUT.manifest}: {key}")
    assert "\n" not in message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
DIGESTS = dict.fromkeys(LAYOUT.hashed_files, "0" * 64)
SMALL = Manifest(
    format=FORMAT,
    version=version_of("tiny", DIGESTS),
    cleaning=CLEANING_VERSION,
    sha256=DIGESTS,
    emojis=("😂", "🔥"),
    max_tokens=8,
    temperature=1.0,
    threshold=0.5,
)
CHANGES = st.dictionaries(st.sampled_from(sorted(Manifest.model_fields)), JSON, max_size=2)
CONTENTS = CHANGES.map(lambda changes: json.dumps(json.loads(SMALL.to_json()) | changes).encode())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(json.dumps(json.loads(SMALL.to_json()) | {"padding": {"a\nb": None}}).encode())
@given(CONTENTS | st.binary(max_size=40))
def test_any_manifest_is_read_or_refused_on_one_line(tmp_path: Path, content: bytes) -> None:
    path, refusal = tmp_path / LAYOUT.manifest, ""
    path.write_bytes(content)
    try:
        read = _read_manifest(path)
    except ArtifactError as error:
        refusal = str(error)
    else:
        assert 0 <= read.threshold <= 1
        assert Path(read.version).name == read.version
    assert len(refusal.splitlines()) <= 1
    assert SECRET not in refusal


def test_empty_and_repeated_emojis_are_refused(artifact_folder: Path) -> None:
    emojis = json.loads((artifact_folder / LAYOUT.manifest).read_text("utf-8"))["emojis"]
    rewrite(artifact_folder, emojis=["", *emojis[1:]])
    with pytest.raises(ArtifactError, match=r"manifest\.json: emojis\.0"):
        load(artifact_folder)
    rewrite(artifact_folder, emojis=[emojis[1], *emojis[1:]])
    with pytest.raises(ArtifactError, match="an emoji is listed twice"):
        load(artifact_folder)


def test_a_version_that_is_not_that_of_the_files_is_refused(artifact_folder: Path) -> None:
    rewrite(artifact_folder, version="tiny-00000000")
    with pytest.raises(ArtifactError, match="version does not belong to the sha256"):
        load(artifact_folder)


@pytest.mark.parametrize("name", ["../victim", "a/b", "", "...", "ä ö", "x" * 500])
def test_any_name_gives_a_version_that_is_safe_as_a_folder(
    artifact_folder: Path, name: str
) -> None:
    artifact = load(artifact_folder)
    renamed = write_manifest(artifact_folder, name, artifact.table.emojis, artifact.manifest)
    assert Path(renamed.version).name == renamed.version
    assert renamed.version[-8:] == artifact.version[-8:]


@pytest.mark.parametrize("tensor", ["rows", "bias", "name_map"])
def test_tensors_that_do_not_fit_each_other_are_refused(artifact_folder: Path, tensor: str) -> None:
    from safetensors.numpy import load_file, save_file

    path = artifact_folder / LAYOUT.emoji
    tensors = load_file(path)
    tensors[tensor] = tensors[tensor][..., :-1].copy()
    save_file(tensors, path)
    with pytest.raises(ArtifactError, match=r"emoji\.safetensors is not an emoji table"):
        reseal(artifact_folder)


def test_a_table_with_nan_is_refused(artifact_folder: Path) -> None:
    table = load(artifact_folder).table
    table.bias[0] = np.nan
    save_table(table, artifact_folder)
    with pytest.raises(ArtifactError, match="infinite numbers or NaN"):
        reseal(artifact_folder)


def reseal(folder: Path) -> None:
    """Write the checksums and the version that belong to the files, and load the artifact."""
    sha256 = {file: sha256_of(folder / file) for file in LAYOUT.hashed_files}
    rewrite(folder, sha256=sha256, version=version_of("tiny", sha256))
    load(folder)


def test_a_description_survives_writing_and_reading(artifact_folder: Path) -> None:
    artifact = load(artifact_folder)
    record = FeedbackRecord(parent=artifact.version, texts=3, full=True)
    updated = update_manifest(artifact_folder, base="org/base", sources={"a": 1}, feedback=record)
    assert updated.manifest.base == "org/base"
    assert updated.manifest.feedback == record
    assert updated.manifest == load(artifact_folder).manifest
    assert updated.version == artifact.version


def test_an_unknown_field_is_refused_before_anything_is_written(artifact_folder: Path) -> None:
    before = (artifact_folder / LAYOUT.manifest).read_bytes()
    with pytest.raises(ArtifactError, match=r"manifest\.json: surprise"):
        update_manifest(artifact_folder, surprise=1)
    assert (artifact_folder / LAYOUT.manifest).read_bytes() == before


def test_defaults_mean_unknown() -> None:
    description = Description(max_tokens=8, temperature=1.0, threshold=0.5)
    assert description.trained_emojis == 0
    assert description.figures == ()
    assert description.padding.token == "[PAD]"


def test_an_older_manifest_has_one_temperature(artifact_folder: Path) -> None:
    assert "temperature_slope" not in (artifact_folder / LAYOUT.manifest).read_text("utf-8")
    manifest = load(artifact_folder).manifest
    assert {manifest.temperature_among(n) for n in (1, 20, 10_000)} == {manifest.temperature}


@given(st.floats(0.01, 100), st.floats(0, 100), st.integers(1, 5000), st.integers(1, 5000))
def test_fewer_candidates_have_no_lower_temperature(
    shipped_manifest: Manifest, temperature: float, slope: float, few: int, many: int
) -> None:
    changes = {"temperature": temperature, "temperature_slope": slope}
    manifest = shipped_manifest.model_copy(update=changes)
    few, many = sorted((few, many))
    assert manifest.temperature_among(few) >= manifest.temperature_among(many) >= temperature
    assert manifest.temperature_among(len(manifest.emojis)) == temperature
