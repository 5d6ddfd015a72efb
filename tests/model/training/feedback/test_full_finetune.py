"""Fine-tuning with the encoder: in one process, in a killed one, and in two."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from model import Predictor
from model.artifact import LAYOUT, Artifact, load
from model.feedback import FeedbackRow, split_path
from model.training.feedback.finetune import CHECKPOINT
from model.training.gravity.add_head import add_gravity_head
from model.training.train import TrainingRun
from tests.conftest import VARIABLE_PREFIXES
from tests.fork_server import Request
from tests.forked import ForkServer
from tests.model.training.feedback import full_finetune
from tests.model.training.gravity.tables import write_sentences

ROOT = Path(__file__).parents[4]
KNOWN = {"😂", "😢", "🍕"}
PIZZA = ("pizza dinner a b", "cheese pizza c d", "dinner cheese e f", "pizza g h")
LAUNCHED = ("-m", "torch.distributed.run", "--nproc_per_node", "2")
"""Processes as accelerate launch starts them; by itself it does so for GPUs alone."""
PROGRAM = full_finetune.__name__

Fit = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Feedback that corrects 🍕 to 😂."""
    folder = tmp_path_factory.mktemp("feedback")
    for split, number in (("train", 40), ("validation", 8), ("test", 40)):
        file = split_path(folder, split)
        file.parent.mkdir(exist_ok=True)
        rows = [corrected(f"{PIZZA[i % 4]} {'abcdefgh'[i % 7]}", i) for i in range(number)]
        file.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), "utf-8")
    return folder


def corrected(text: str, number: int) -> FeedbackRow:
    return FeedbackRow.model_validate(
        {
            "id": str(number), "text": text, "platform": "console", "community": "c",
            "author": "a", "day": "2026-01-01", "artifact_version": "tiny-1", "shown": ("🍕",),
            "feedback": ({"kind": "correct", "emoji": "😂", "source": "reaction"},),
            "consent_version": "1",
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"}


@pytest.fixture(scope="module")
def guarded(wide: TrainingRun, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """The artifact that is fine-tuned, with a guard."""
    folder = tmp_path_factory.mktemp("guarded")
    write_sentences(folder / "sentences", "pizza")
    shutil.copytree(wide.artifact, folder / "artifact")
    return add_gravity_head(load(folder / "artifact"), folder / "sentences")


@pytest.fixture(scope="module")
def fit(
    guarded: Artifact, recipe_file: Path, dataset: Path, environment: dict[str, str]
) -> Iterator[Fit]:
    """Run the fit in a folder, with more arguments behind, in a process that has torch already."""
    server = ForkServer((), ("accelerate", "model.training.feedback.candidate"))

    def call(out: Path, *more: str) -> "subprocess.CompletedProcess[str]":
        files = map(str, (guarded.folder, recipe_file, dataset, out))
        return server.call(Request(PROGRAM, [*files, *more], str(ROOT), environment))

    yield call
    server.close()


@pytest.fixture(scope="module")
def whole(fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """The artifact of one uninterrupted process."""
    out = tmp_path_factory.mktemp("whole")
    ended = fit(out)
    assert ended.returncode == 0, ended.stderr
    return load(out / "artifact")


def first(artifact: Artifact, text: str) -> str:
    return Predictor(artifact).predict([text], 1, KNOWN)[0][0].emoji


def test_the_encoder_learns_corrections_and_other_predictions_stay(
    guarded: Artifact, whole: Artifact
) -> None:
    before = guarded
    assert first(before, PIZZA[0]) == "🍕"
    assert first(whole, PIZZA[0]) == "😂"
    assert first(whole, "sad tears lost c") == "😢"
    assert whole.manifest.sha256[LAYOUT.encoder] != before.manifest.sha256[LAYOUT.encoder]
    assert whole.manifest.feedback is not None
    assert whole.manifest.feedback.full
    vectors = [Predictor(each).encode(PIZZA) for each in (before, whole)]
    assert np.abs(vectors[1] - vectors[0]).max() > 0.1


def test_the_guard_outlives_a_fit_of_the_encoder(guarded: Artifact, whole: Artifact) -> None:
    texts = [*PIZZA, "sad tears lost c", "died sad"]
    probabilities = []
    for each in (guarded, whole):
        predictor = Predictor(each)
        gravities = predictor.gravities(texts, predictor.encode_with_gravity(texts).gravity)
        probabilities.append([g.probability or 0.0 for g in gravities])
    assert len(probabilities[1]) == len(texts)
    np.testing.assert_allclose(probabilities[1], probabilities[0], atol=0.05)


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_killed_fit_resumes(fit: Fit, whole: Artifact, tmp_path: Path, epoch: int) -> None:
    killed = fit(tmp_path, str(epoch))
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "artifact").exists()
    checkpoint = torch.load(tmp_path / "fit" / CHECKPOINT, weights_only=True)
    assert len(checkpoint["state"]["history"]) == epoch
    again = fit(tmp_path)
    assert again.returncode == 0, again.stderr
    assert load(tmp_path / "artifact").version == whole.version


def test_two_processes_fit_the_same_as_one(
    guarded: Artifact,
    recipe_file: Path,
    dataset: Path,
    environment: dict[str, str],
    whole: Artifact,
    tmp_path: Path,
) -> None:
    files = map(str, (guarded.folder, recipe_file, dataset, tmp_path))
    ended = subprocess.run(
        [sys.executable, *LAUNCHED, "-m", PROGRAM, *files],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["one of 2", "one of 2"]
    made = load(tmp_path / "artifact")
    assert np.allclose(made.table.embeddings, whole.table.embeddings, atol=5e-3)
    assert np.allclose(made.table.bias, whole.table.bias, atol=5e-3)
    given, expected = (Predictor(each).encode(PIZZA) for each in (made, whole))
    assert given == pytest.approx(expected, abs=0.1)
    assert first(made, PIZZA[0]) == "😂"
