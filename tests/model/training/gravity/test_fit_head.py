"""Fit of a gravity head on a tiny artifact."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from model import Predictor, artifact
from model.artifact import LAYOUT, ArtifactError
from model.prediction import GravityLevel
from model.training.gravity.add_head import add_gravity_head
from model.training.gravity.network import WIDTH, GravityNetwork, export_network
from model.training.gravity.sentences import expand_groups, read_patterns
from model.training.gravity.thresholds import MAX_SELF_HARM_EVERYDAY, choose_thresholds
from tests.model.training.gravity.tables import GROUPS, write_sentences
from tests.tiny import SIZE


@pytest.fixture(scope="module")
def fitted(tiny_artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = tmp_path_factory.mktemp("gravity")
    write_sentences(folder / "sentences", "fire")
    copied = shutil.copytree(tiny_artifact, folder / "artifact")
    return Predictor(add_gravity_head(artifact.load(copied), folder / "sentences"))


def test_it_tells_grave_texts_from_harmless_ones(fitted: Predictor) -> None:
    levels = [top[0].gravity.level for top in fitted.predict(["died heartbroken", "funny haha"])]
    assert levels[0] is GravityLevel.GRAVE
    assert levels[1] in (GravityLevel.HARMLESS, GravityLevel.DOUBTFUL)


def test_a_group_that_its_grave_sentences_are_about_is_no_reason_for_gravity(
    fitted: Predictor,
) -> None:
    tops = fitted.predict([f"{group} thanks" for group in GROUPS])
    assert {top[0].gravity.level for top in tops} <= {GravityLevel.HARMLESS, GravityLevel.DOUBTFUL}


def test_it_reads_what_the_network_makes_of_the_states(fitted: Predictor) -> None:
    manifest = fitted.artifact.manifest
    assert manifest.gravity_width == 2 * WIDTH
    assert LAYOUT.gravity_network in manifest.sha256
    texts = ["died heartbroken sad", "funny"]
    together = fitted.encode_with_gravity(texts).gravity
    alone = [fitted.encode_with_gravity([text]).gravity[0] for text in texts]
    assert together.shape == (2, 2 * WIDTH)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_an_encoder_without_middle_states_gets_a_head_on_its_vectors(
    fitted: Predictor, tmp_path: Path
) -> None:
    write_sentences(tmp_path / "sentences", "fire")
    folder = Path(shutil.copytree(fitted.artifact.folder, tmp_path / "older"))
    graph = onnx.load(str(folder / LAYOUT.encoder))
    del graph.graph.output[1]
    onnx.save(graph, str(folder / LAYOUT.encoder))
    source = fitted.artifact
    older = artifact.write_manifest(folder, "older", source.table.emojis, source.manifest)
    with pytest.raises(ArtifactError, match="gives no middle states"):
        Predictor(older)
    guarded = Predictor(add_gravity_head(older, tmp_path / "sentences"))
    assert guarded.artifact.manifest.gravity_width == 0
    assert LAYOUT.gravity_network not in guarded.artifact.manifest.sha256
    [top] = guarded.predict(["died heartbroken"])
    assert top[0].gravity.level is GravityLevel.GRAVE


def test_a_network_that_is_no_graph_is_refused(fitted: Predictor, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fitted.artifact.folder, tmp_path / "broken"))
    (folder / LAYOUT.gravity_network).write_bytes(b"no graph")
    source = fitted.artifact
    broken = artifact.write_manifest(folder, "broken", source.table.emojis, source.manifest)
    with pytest.raises(ArtifactError, match=r"gravity\.onnx is no graph that can be run"):
        Predictor(broken)


def test_a_network_of_another_width_is_refused(fitted: Predictor, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fitted.artifact.folder, tmp_path / "wide"))
    export_network(GravityNetwork(SIZE, WIDTH // 2), folder / LAYOUT.gravity_network)
    source = fitted.artifact
    other = artifact.write_manifest(folder, "wide", source.table.emojis, source.manifest)
    with pytest.raises(ArtifactError, match=rf"gravity\.onnx gives vectors of {WIDTH} numbers"):
        Predictor(other)


def test_harmless_patterns_with_a_group_alone_count_for_each_group(tmp_path: Path) -> None:
    write_sentences(tmp_path / "sentences", "fire")
    texts = expand_groups(read_patterns(tmp_path / "sentences" / "patterns.toml"))
    assert [t.text for t in texts] == [
        *(f"{g} thanks" for g in GROUPS),
        *(f"pizza {g}" for g in GROUPS),
    ]
    assert {(t.label, t.weight) for t in texts} == {(0, 1.0)}


def test_everyday_texts_raise_the_thresholds_that_they_would_reach() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 100)
    probabilities = rng.dirichlet((1, 1, 1), 300).astype(np.float32)
    is_figurative = labels == 0
    none = np.zeros((0, 3), dtype=np.float32)
    without = choose_thresholds(probabilities, labels, is_figurative, none)
    everyday = np.tile(np.array([0.01, 0.0, 0.99], dtype=np.float32), (100, 1))
    assert 0 < MAX_SELF_HARM_EVERYDAY < 0.01  # so that each of those counts
    limits = choose_thresholds(probabilities, labels, is_figurative, everyday)
    assert without.self_harm < 0.99
    assert (limits.unsure, limits.grave, limits.self_harm) == pytest.approx((0.99, 0.99, 0.99))
    assert limits.doubtful == without.doubtful


def test_silence_begins_before_self_harm_is_likely() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 100)
    probabilities = rng.dirichlet((1, 1, 1), 300).astype(np.float32)
    none = np.zeros((0, 3), dtype=np.float32)
    without = choose_thresholds(probabilities, labels, labels == 0, none)
    assert without.may_be_self_harm == without.self_harm
    everyday = np.tile(np.array([1, 0, 0], dtype=np.float32), (100, 1))
    everyday[:10] = (0.9, 0.05, 0.05)
    limits = choose_thresholds(probabilities, labels, labels == 0, everyday)
    assert limits.self_harm == without.self_harm
    assert limits.may_be_self_harm == pytest.approx(0.05)
