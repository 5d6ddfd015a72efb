"""The n-gram bag, in torch and as an exported graph."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from model.training.export.onnx import export_encoder
from model.training.network.ngram_bag import NGramBag
from model.training.network.text_encoder import TextEncoder

BUCKETS, WIDTH = 64, 8


def bag() -> NGramBag:
    torch.manual_seed(3)
    return NGramBag(BUCKETS, WIDTH).eval()


def test_padding_has_no_effect() -> None:
    ids, mask = torch.tensor([[2, 5, 7, 3]]), torch.ones(1, 4, dtype=torch.int64)
    padded = torch.tensor([[2, 5, 7, 3, 0, 0]])
    padded_vectors = bag()(padded, torch.tensor([[1, 1, 1, 1, 0, 0]]))
    assert torch.allclose(bag()(ids, mask), padded_vectors, atol=1e-6)


def test_the_order_of_tokens_matters() -> None:
    ids = torch.tensor([[2, 5, 7, 3], [2, 7, 5, 3]])
    there, back = bag()(ids, torch.ones_like(ids))
    assert not torch.allclose(there, back, atol=1e-4)


def test_ngram_dropout_is_for_training_alone() -> None:
    ids = torch.arange(1, 33).repeat(400, 1)
    mask = torch.ones_like(ids)
    serving = bag()(ids, mask)
    learning = bag().train()(ids, mask)
    assert torch.equal(serving[0], serving[1])
    assert not torch.allclose(learning[0], learning[1], atol=1e-3)
    # What is read speaks up for what is not.
    assert torch.allclose(learning.mean(0), serving[0], atol=0.01)


def test_the_exported_graph_gives_the_same_vectors(tiny_base: Path, tmp_path: Path) -> None:
    torch.manual_seed(4)
    text = TextEncoder.from_base(str(tiny_base))
    text.bag = NGramBag(BUCKETS, WIDTH)
    text = text.eval()
    ids = torch.tensor([[4, 6, 8, 9, 5], [4, 7, 5, 0, 0]])
    mask = (ids > 0).long()
    with torch.inference_mode():
        expected = text(ids, mask).numpy()
    export_encoder(text, tmp_path / "fp32.onnx", quantize=False)
    session = onnxruntime.InferenceSession(tmp_path / "fp32.onnx")
    feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
    assert session.run(None, feed)[0] == pytest.approx(expected, abs=1e-4)
    assert expected.shape == (2, 32 + WIDTH)
    assert np.abs(expected[0, 32:] - expected[1, 32:]).max() > 1e-3
