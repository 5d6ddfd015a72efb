"""Restoration of an artifact to a checkpoint from which another fit can start.

The int8 graph holds every weight of a BERT encoder up to rounding, so that the checkpoint of the
run that made it is not needed.
"""

import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, numpy_helper
from torch import Tensor
from transformers import BertConfig, BertModel

from model.artifact import LAYOUT, Artifact
from model.training.export.smoothquant import SCALE_SUFFIX
from model.training.fitting.loop import BEST, save_atomically
from model.training.network.ngram_bag import NGramBag
from model.training.network.text_encoder import TextEncoder

_PREFIX = "encoder."
"""Of the Transformer's weights in a ``TextEncoder``."""


class RestoreError(ValueError):
    """An artifact whose graph was not exported from a BERT; the message is one line."""


class _Weights:
    """Initialisers of a graph as float32, dequantised."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._raw = {item.name: item for item in graph.initializer}

    def __contains__(self, name: str) -> bool:
        return name in self._raw or f"{name}_quantized" in self._raw

    def __getitem__(self, name: str) -> Tensor:
        weight = self._stored(name)
        factor = f"{name}{SCALE_SUFFIX}"
        # SmoothQuant divided the rows of the matrix by the scale of its input.
        return weight * self._stored(factor)[:, None] if factor in self._raw else weight

    def _stored(self, name: str) -> Tensor:
        """Return an initialiser as the graph holds it, before SmoothQuant is undone.

        Raises:
            RestoreError: the graph does not hold it.
        """
        if name in self._raw:
            return torch.from_numpy(numpy_helper.to_array(self._raw[name]).copy())
        if f"{name}_quantized" not in self._raw:
            raise RestoreError(f"the graph holds no weight {name}")
        value, scale = self._float(f"{name}_quantized"), self._float(f"{name}_scale")
        # Embeddings are symmetric; older artifacts have a zero point.
        zero = f"{name}_zero_point"
        offset = self._float(zero) if zero in self._raw else np.float32(0)
        return torch.from_numpy((value - offset) * scale)

    def _float(self, name: str) -> NDArray[np.float32]:
        return numpy_helper.to_array(self._raw[name]).astype(np.float32)


def restore_text_encoder(artifact: Artifact) -> TextEncoder:
    """Return the text encoder with the vectors of the artifact's graph, up to int8 rounding.

    Raises:
        RestoreError: the encoder is no BERT.
    """
    graph = onnx.load(str(artifact.encoder)).graph
    weights = _Weights(graph)
    attention = [node for node in graph.node if node.op_type in ("QAttention", "Attention")]
    if not attention:
        raise RestoreError(f"{artifact.encoder} is no BERT; train from its base checkpoint instead")
    matrices = [_weight_name(node) for node in graph.node if node.op_type == "MatMulInteger"]
    matrices = [name for name in matrices if name in weights]
    bag = _ngram_bag(weights)
    state = {**_embeddings(weights), **_layers(weights, attention, matrices)}
    size = state["projection.weight"].shape[0]
    text_encoder = TextEncoder(_new_bert(state, _head_count(attention[0])), size, bag)
    missing, unexpected = text_encoder.load_state_dict(state, strict=False)
    needed = [name for name in missing if ".pooler." not in name and not name.startswith("bag.")]
    if needed or unexpected:
        raise RestoreError(f"the graph does not hold {[*needed, *unexpected][0]}")
    return text_encoder.eval()


def _weight_name(node: NodeProto) -> str:
    return str(node.input[1]).removesuffix("_quantized")


def _head_count(node: NodeProto) -> int:
    return next(int(a.i) for a in node.attribute if a.name == "num_heads")


def _embeddings(weights: _Weights) -> dict[str, Tensor]:
    """Return the weights of the embedding layer."""
    kinds = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
    names = [f"{_PREFIX}embeddings.{kind}.weight" for kind in kinds]
    names.append(f"{_PREFIX}embeddings.LayerNorm.bias")
    return {name: weights[name] for name in names}


def _layers(
    weights: _Weights, attention: list[NodeProto], matrices: list[str]
) -> dict[str, Tensor]:
    """Return the weights of the layers and of the projection.

    The exporter drops the names of matrices but keeps their order: three in a layer.
    """
    state: dict[str, Tensor] = {}
    *inner, projection = matrices
    if len(inner) != 3 * len(attention):
        raise RestoreError("the graph does not have three matrices in a layer, as a BERT has")
    for i in range(len(attention)):
        layer = f"{_PREFIX}encoder.layer.{i}"
        matrix = weights[f"Attention_{i}_qkv_weight"].T
        bias = weights[f"Attention_{i}_qkv_bias"]
        parts = zip(
            ("query", "key", "value"), matrix.chunk(3, dim=0), bias.chunk(3, dim=0), strict=True
        )
        for name, part, offset in parts:
            state[f"{layer}.attention.self.{name}.weight"] = part.contiguous()
            state[f"{layer}.attention.self.{name}.bias"] = offset.contiguous()
        dense = ("attention.output.dense", "intermediate.dense", "output.dense")
        for name, product in zip(dense, inner[3 * i : 3 * i + 3], strict=True):
            state[f"{layer}.{name}.weight"] = weights[product].T.contiguous()
            state[f"{layer}.{name}.bias"] = weights[f"{layer}.{name}.bias"]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            state[f"{layer}.{name}.weight"] = weights[f"{layer}.{name}.weight"]
            state[f"{layer}.{name}.bias"] = weights[f"{layer}.{name}.bias"]
    state["projection.weight"] = weights[projection].T.contiguous()
    state["projection.bias"] = weights["projection.bias"]
    return state


def _ngram_bag(weights: _Weights) -> NGramBag | None:
    if "bag.table.weight" not in weights:
        return None
    table = weights["bag.table.weight"]
    bag = NGramBag(*table.shape)
    with torch.no_grad():
        bag.table.weight.copy_(table)
    return bag


def _new_bert(state: dict[str, Tensor], heads: int) -> BertModel:
    vocabulary, hidden = state[f"{_PREFIX}embeddings.word_embeddings.weight"].shape
    layers = sum(name.endswith("attention.self.query.weight") for name in state)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=len(state[f"{_PREFIX}encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(state[f"{_PREFIX}embeddings.position_embeddings.weight"]),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return BertModel(config)


def restore(artifact: Artifact, folder: Path) -> None:
    """Write a checkpoint (``train --base``) and ``best.pt`` (``train --start``).

    The folder loads with ``transformers``; ``best.pt`` holds projection, embeddings and biases.

    Raises:
        RestoreError: the encoder is no BERT.
    """
    text_encoder = restore_text_encoder(artifact)
    folder.mkdir(parents=True, exist_ok=True)
    text_encoder.encoder.save_pretrained(folder)  # type: ignore[operator] # a transformers model
    shutil.copy(artifact.tokenizer, folder / LAYOUT.tokenizer)
    trained = artifact.manifest.trained_emojis
    table = artifact.table
    network = {f"text_encoder.{name}": value for name, value in text_encoder.state_dict().items()}
    network["embeddings"] = torch.from_numpy(table.embeddings[:trained].copy())
    network["bias"] = torch.from_numpy(table.bias[:trained].copy())
    network["source_bias"] = torch.zeros(0, trained)
    best = {"network": network, "emojis": list(table.emojis[:trained]), "sources": []}
    save_atomically(best, folder / BEST)
