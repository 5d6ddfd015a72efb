"""The reaction head: its file, and what it does to predictions."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from model import Predictor
from model.artifact import LAYOUT, ArtifactError, load, write_manifest
from model.emotions import COMFORTING_EMOJIS
from model.gravity_head import save_head
from model.reaction_head import ReactionHead, save_reaction_head
from tests.model.test_gravity_head import head as gravity_head
from tests.tiny import SIZE

TEXT = "so funny haha"


@pytest.fixture
def folder(tiny_artifact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_artifact, tmp_path / "reacting"))


def reacting(folder: Path, emoji: str = "🍕", bias: float = 30.0) -> Predictor:
    """Return the predictor of an artifact whose head likes one emoji on every text."""
    head = ReactionHead((emoji,), np.zeros((1, SIZE), np.float32), np.array([bias], np.float32))
    return saved(folder, head)


def saved(folder: Path, head: ReactionHead) -> Predictor:
    source = load(folder)
    save_reaction_head(head, folder / LAYOUT.reaction)
    return Predictor(write_manifest(folder, "tiny", source.table.emojis, source.manifest))


def test_the_head_changes_reactions_and_leaves_what_authors_write(folder: Path) -> None:
    before = Predictor(load(folder))
    after = reacting(folder)
    authors = Predictor(after.artifact.of_authors())
    assert before.predict([TEXT])[0][0].emoji != "🍕"
    assert after.predict([TEXT])[0][0].emoji == "🍕"
    assert authors.predict([TEXT]) == before.predict([TEXT])
    assert after.version != before.version


def test_scores_are_probabilities_over_the_candidates(folder: Path) -> None:
    predictor = reacting(folder, bias=1.0)
    candidates = ["😂", "🍕", ":kekw:"]
    top = predictor.predict([TEXT], 3, candidates)[0]
    assert sum(p.score for p in top) == pytest.approx(1.0, abs=1e-5)
    without = Predictor(predictor.artifact.of_authors()).predict([TEXT], 3, candidates)[0]
    odds, odds_without = (
        {p.emoji: p.score for p in each}["🍕"] / {p.emoji: p.score for p in each}["😂"]
        for each in (top, without)
    )
    assert odds / odds_without == pytest.approx(np.e, rel=1e-3)
    expected = {p.emoji: p.score for p in top}["🍕"]
    assert predictor.probabilities([TEXT], "🍕", candidates)[0] == pytest.approx(expected, rel=1e-4)


def test_offsets_depend_on_the_text(folder: Path) -> None:
    source = Predictor(load(folder))
    funny, pizza = source.encode(["funny", "pizza"])
    direction = (funny - pizza) / np.linalg.norm(funny - pizza)
    head = ReactionHead(("🔥",), 30 * direction[None], np.zeros(1, np.float32))
    predictor = saved(folder, head)
    assert predictor.predict(["funny"])[0][0].emoji == "🔥"
    assert predictor.predict(["pizza"])[0] != []
    assert predictor.predict(["pizza"])[0][0].emoji != "🔥"


def test_candidates_without_an_emoji_of_the_head_are_as_before(folder: Path) -> None:
    before = Predictor(load(folder)).predict([TEXT], 2, ["😂", "😭"])
    assert reacting(folder).predict([TEXT], 2, ["😂", "😭"]) == before


def test_a_grave_text_gets_comfort_whatever_the_head_likes(folder: Path) -> None:
    save_head(gravity_head(), folder / LAYOUT.gravity)
    [grave, harmless] = reacting(folder, "🤣").predict(["my grandpa died", "my phone died"])
    assert grave
    assert {p.emoji for p in grave} <= COMFORTING_EMOJIS
    assert harmless[0].emoji == "🤣"


@pytest.mark.parametrize(
    ("offsets", "bias", "reason"),
    [
        (np.zeros((1, SIZE + 1)), np.zeros(1), "of this encoder"),
        (np.zeros((1, SIZE)), np.zeros(2), "of this encoder"),
        (np.zeros((1, SIZE)), np.array([np.nan]), "NaN"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(
    folder: Path, offsets: np.ndarray, bias: np.ndarray, reason: str
) -> None:
    head = ReactionHead(("😂",), offsets.astype(np.float32), bias.astype(np.float32))
    with pytest.raises(ArtifactError, match=rf"reaction\.safetensors is not .*{reason}"):
        saved(folder, head)


def test_another_file_in_its_place_is_refused(folder: Path) -> None:
    source = load(folder)
    save_file({"bias": np.zeros(1, np.float32)}, folder / LAYOUT.reaction)
    with pytest.raises(ArtifactError, match="is not a reaction head"):
        write_manifest(folder, "tiny", source.table.emojis, source.manifest)


def test_a_changed_head_is_corrupt(folder: Path) -> None:
    reacting(folder)
    (folder / LAYOUT.reaction).write_bytes(b"")
    with pytest.raises(ArtifactError, match="is corrupt"):
        load(folder)
