"""Conversion of a foreign classifier of emojis to an artifact."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from model.artifact import LAYOUT, Artifact, ArtifactError, EmojiTable, save_table, write_manifest
from model.manifest import Description
from model.training.export.emoji_classifier import EmojiClassifier
from model.training.export.onnx import export_encoder, padding_of, save_tokenizer
from model.training.network.name_embeddings import describe_emoji, fit_name_map
from model.training.network.tokenizer import load_tokenizer


class _FeatureEncoder(nn.Module):
    """A classifier without its last layer: token ids and mask -> that layer's input, (batch, d)."""

    bag = None

    def __init__(self, network: Any) -> None:  # noqa: ANN401 - transformers has no types
        super().__init__()
        self.encoder = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        features: Tensor = self.encoder(input_ids, attention_mask).logits
        return features


def convert(folder: Path, out: Path, name: str) -> Artifact:
    """Write an artifact whose embeddings are the weights of a classifier's last layer.

    Raises:
        ArtifactError: it is no classifier of emojis, or its last layer is not linear.
    """
    classifier = EmojiClassifier(folder)
    last = _detach_last_layer(classifier.network, len(classifier.emojis), folder)
    embeddings = last.weight.detach().numpy()
    bias = np.zeros(len(embeddings)) if last.bias is None else last.bias.detach().numpy()
    encoder = _FeatureEncoder(classifier.network).eval()
    tokenizer = load_tokenizer(str(folder), classifier.max_tokens)
    names = [describe_emoji(emoji) for emoji in classifier.emojis]
    name_map = fit_name_map(_encode(encoder, tokenizer, names), embeddings.astype(np.float64))
    out.mkdir(parents=True, exist_ok=True)
    table = EmojiTable(
        tuple(classifier.emojis),
        embeddings.astype(np.float32),
        bias.astype(np.float32),
        name_map.astype(np.float32),
    )
    save_table(table, out)
    padding = padding_of(tokenizer)
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch(names)
    save_tokenizer(tokenizer, out / LAYOUT.tokenizer)
    export_encoder(encoder, out / LAYOUT.encoder, encodings=encodings)  # type: ignore[arg-type]
    description = Description(
        max_tokens=classifier.max_tokens,
        temperature=1.0,
        threshold=0.0,
        padding=padding,
        trained_emojis=len(classifier.emojis),
        base=name,
    )
    return write_manifest(out, name.rstrip("/").rpartition("/")[2], table.emojis, description)


def _detach_last_layer(network: nn.Module, labels: int, folder: Path) -> nn.Linear:
    """Replace the linear layer that gives the logits by the identity, and return it."""
    linear_layers = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and module.out_features == labels
    ]
    if not linear_layers:
        raise ArtifactError(f"{folder}: no linear layer gives its {labels} labels")
    name, last = linear_layers[-1]
    parent, _, attribute = name.rpartition(".")
    setattr(network.get_submodule(parent), attribute, nn.Identity())
    return last


@torch.inference_mode()
def _encode(encoder: nn.Module, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return text vectors, (texts, d)."""
    batch = tokenizer.encode_batch(list(texts))
    ids = torch.tensor([e.ids for e in batch])
    mask = torch.tensor([e.attention_mask for e in batch])
    vectors: NDArray[np.float64] = encoder(ids, mask).double().numpy()
    return vectors
