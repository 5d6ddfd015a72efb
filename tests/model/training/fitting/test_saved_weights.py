"""Emoji heads beside a base checkpoint: the same logits, and refusal of a wrong one."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from model.training.data.fit_data import FitData
from model.training.fitting.errors import CheckpointError
from model.training.fitting.saved_weights import (
    HEAD_NAMES,
    HEAD_WEIGHTS,
    SavedWeights,
    write_head,
)
from model.training.fitting.warm_start import warm_start
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.text_encoder import TextEncoder

EMOJIS, SOURCES = ["😂", "😢", "🍕"], ["a", "b"]


def new(base: Path) -> EmojiNetwork[TextEncoder]:
    """Return a network with random head and projection on a base."""
    torch.manual_seed(4)
    text_encoder = TextEncoder.from_base(str(base)).eval()
    mask = torch.ones(len(SOURCES), len(EMOJIS), dtype=torch.bool)
    network = EmojiNetwork(text_encoder, torch.randn(len(EMOJIS), 32), mask)
    with torch.no_grad():
        network.bias.normal_()
        network.source_bias.normal_()
        text_encoder.projection.weight.normal_()
        text_encoder.projection.bias.normal_()
    return network


def data(emojis: list[str], sources: list[str]) -> FitData:
    """Return data without examples."""
    return FitData(None, None, emojis, sources)  # type: ignore[arg-type]


@pytest.fixture
def folder(tiny_base: Path, tmp_path: Path) -> Path:
    """A checkpoint in half precision with the head of ``new``."""
    network = new(tiny_base)
    network.text_encoder.encoder.half().save_pretrained(tmp_path)  # type: ignore[operator]
    write_head(network, EMOJIS, SOURCES, tmp_path)
    (tmp_path / "tokenizer.json").write_bytes((tiny_base / "tokenizer.json").read_bytes())
    return tmp_path


def test_a_network_on_the_checkpoint_has_the_same_logits(tiny_base: Path, folder: Path) -> None:
    head = SavedWeights.read_head(str(folder))
    assert head is not None
    mask = torch.ones(len(SOURCES), len(EMOJIS), dtype=torch.bool)
    text_encoder = TextEncoder.from_base(str(folder)).eval()
    loaded = EmojiNetwork(text_encoder, torch.zeros(len(EMOJIS), 32), mask)
    warm_start(loaded, data(EMOJIS, SOURCES), str(folder), head)
    ids, source = torch.arange(5, 13).repeat(2, 1), torch.tensor([0, 1])
    with torch.no_grad():
        expected = new(tiny_base)(ids, torch.ones_like(ids), source)
        given = loaded.eval()(ids, torch.ones_like(ids), source)
    assert torch.allclose(given, expected, atol=0.05)  # the encoder was rounded
    assert expected.abs().max() > 2


def test_a_checkpoint_in_half_precision_loads_as_float32(folder: Path) -> None:
    assert AutoModel.from_pretrained(folder, dtype="auto").dtype == torch.float16
    kinds = {p.dtype for p in TextEncoder.from_base(str(folder)).parameters()}
    assert kinds == {torch.float32}


def test_a_base_without_a_head_has_none(tiny_base: Path) -> None:
    assert SavedWeights.read_head(str(tiny_base)) is None


@pytest.mark.parametrize("name", [HEAD_WEIGHTS, HEAD_NAMES])
def test_a_corrupt_head_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{}")
    with pytest.raises(CheckpointError, match="not an emoji head") as raised:
        SavedWeights.read_head(str(folder))
    assert "\n" not in str(raised.value)


def test_names_of_another_head_are_refused(folder: Path) -> None:
    (folder / HEAD_NAMES).write_text('{"emojis": ["😂"], "sources": ["a", "b"]}')
    with pytest.raises(CheckpointError, match="differ in emojis or sources"):
        SavedWeights.read_head(str(folder))


def test_a_head_for_another_encoder_is_refused(tiny_base: Path, folder: Path) -> None:
    tensors = load_file(folder / HEAD_WEIGHTS)
    save_file({**tensors, "rows": torch.zeros(len(EMOJIS), 48)}, folder / HEAD_WEIGHTS)
    head = SavedWeights.read_head(str(folder))
    assert head is not None
    with pytest.raises(CheckpointError, match="48 numbers"):
        warm_start(new(tiny_base), data(EMOJIS, SOURCES), str(folder), head)
