"""Fit of a gravity head on a tiny artifact."""

import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from model import Predictor, artifact
from model.prediction import GravityLevel
from model.training.gravity.fit_head import (
    MAX_SELF_HARM_EVERYDAY,
    add_gravity_head,
    choose_thresholds,
)
from model.training.gravity.sentences import expand_groups, read_patterns

GROUPS = ("love", "party", "fire")
KINDS = {
    "death": ("died heartbroken", "died sad", "sad heartbroken", "died", "heartbroken"),
    "self_harm": ("angry furious", "furious", "angry", "furious angry", "angry angry"),
    "figurative": ("funny haha", "haha pizza", "funny", "haha", "pizza funny"),
}


def write_sentences(folder: Path, group: str) -> None:
    """Write tables whose grave training sentences are all about one group."""
    rows = ["kind\tsplit\ttext"]
    for (kind, texts), split in product(KINDS.items(), ("train", "validation", "test")):
        about = f" {group}" if kind == "death" and split == "train" else ""
        rows += [f"{kind}\t{split}\t{text}{about}" for text in texts]
    folder.mkdir()
    (folder / "en.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "patterns.toml").write_text(
        f"""
[slots]
group = {list(GROUPS)}
[patterns]
harmless = ["{{group}} thanks", "pizza {{group}}", "thanks"]
grave = ["died {{group}}"]
self_harm = []
""",
        "utf-8",
    )
    (folder / "lexicon.toml").write_text('person = ["grandpa"]\n', "utf-8")


@pytest.fixture(scope="module")
def fitted(tiny_artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = tmp_path_factory.mktemp("gravity")
    write_sentences(folder / "sentences", "fire")
    copied = shutil.copytree(tiny_artifact, folder / "artifact")
    return Predictor(add_gravity_head(artifact.load(copied), folder / "sentences"))


def test_it_tells_grave_texts_from_harmless_ones(fitted: Predictor) -> None:
    levels = [top[0].gravity for top in fitted.predict(["died heartbroken", "funny haha"])]
    assert levels[0] is GravityLevel.GRAVE
    assert levels[1] in (GravityLevel.HARMLESS, GravityLevel.DOUBTFUL)


def test_it_is_blind_to_the_group_that_its_grave_sentences_are_about(fitted: Predictor) -> None:
    head = fitted.artifact.gravity_head
    assert head is not None
    texts = [f"{group} thanks" for group in GROUPS]
    grave = 1 - head.probabilities(texts, fitted.encode(texts))[:, 0]
    assert np.ptp(grave) < 1e-4


def test_only_harmless_patterns_with_a_group_alone_are_alike(tmp_path: Path) -> None:
    write_sentences(tmp_path / "sentences", "fire")
    path = tmp_path / "sentences" / "patterns.toml"
    alike = expand_groups(read_patterns(path))
    assert alike == [[f"{g} thanks" for g in GROUPS], [f"pizza {g}" for g in GROUPS]]
    path.write_text(path.read_text("utf-8").replace(str(list(GROUPS)), "['love']"), "utf-8")
    assert expand_groups(read_patterns(path)) == []


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
