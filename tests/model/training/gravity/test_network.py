"""The gravity network and its graph."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.encoding import open_session
from model.training.gravity.network import GravityNetwork, export_network

SIZE = 24


@pytest.mark.parametrize(("texts", "tokens"), [(1, 3), (3, 17)])
def test_the_graph_computes_what_the_network_does(tmp_path: Path, texts: int, tokens: int) -> None:
    torch.manual_seed(0)
    network = GravityNetwork(SIZE, width=8).eval()
    export_network(network, tmp_path / "gravity.onnx")
    states = torch.randn(texts, tokens, SIZE)
    mask = torch.ones((texts, tokens), dtype=torch.int64)
    mask[-1, 2:] = 0
    feed = {"states": states.numpy(), "attention_mask": mask.numpy()}
    [vectors] = open_session(tmp_path / "gravity.onnx").run(None, feed)
    with torch.inference_mode():
        np.testing.assert_allclose(vectors, network(states, mask).numpy(), atol=1e-5)


def test_padding_changes_no_vector() -> None:
    torch.manual_seed(0)
    network = GravityNetwork(SIZE, width=8).eval()
    states = torch.randn(1, 5, SIZE)
    padded = torch.cat([states, torch.randn(1, 4, SIZE)], dim=1)
    mask = torch.tensor([[1] * 5 + [0] * 4])
    with torch.inference_mode():
        alone, together = network(states, mask[:, :5]), network(padded, mask)
    torch.testing.assert_close(alone, together)
