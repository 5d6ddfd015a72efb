"""The emoji head: it scores as its artifact, and becomes one."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from model import Predictor
from model.artifact import Artifact, update_manifest
from model.scores import log_softmax
from model.training.feedback.candidate import write_candidate
from model.training.feedback.emoji_head import EmojiHead
from tests.model.training.feedback.tiny_finetune import (
    record,
)


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_the_head_scores_as_the_artifact_serves(
    source: Artifact, tmp_path: Path, share: float
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(source.folder, folder)
    shared = update_manifest(folder, uniform_prior_weight=share, temperature=1.7)
    predictor = Predictor(shared)
    vectors = predictor.encode(["funny party", "so sad"])
    fitted = EmojiHead(shared, None)(torch.from_numpy(vectors)).detach().numpy()
    assert np.allclose(fitted, predictor.log_scores(vectors), atol=1e-4)


def test_a_projection_is_folded_into_embeddings_and_name_map(
    source: Artifact, tmp_path: Path
) -> None:
    head = EmojiHead(source, None)
    with torch.no_grad():
        head.projection.add_(torch.randn(head.projection.shape) * 0.01)
    made = write_candidate(head.eval(), source, tmp_path / "artifact", record(source))
    vectors = Predictor(source).encode(["funny party", "so sad"])
    wanted = head(torch.from_numpy(vectors)).detach().numpy()
    served = log_softmax(vectors @ made.table.embeddings.T + made.table.bias)
    assert np.allclose(served, wanted, atol=0.1)
    # The tiny artifact's name map is the identity: a name's row is its vector.
    named = vectors @ made.table.name_map[:-1] + made.table.name_map[-1]
    assert np.allclose(named, vectors @ head.projection.detach().numpy().T, atol=0.1)
