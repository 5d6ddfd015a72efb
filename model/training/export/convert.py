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
from model.emoji import emoji_names
from model.manifest import Description
from model.training.export.emoji_classifier import EmojiClassifier
from model.training.export.onnx import (
    export_encoder,
    padding_of,
    pick_evenly,
    save_tokenizer,
)
from model.training.network.name_embeddings import describe_emoji, fit_name_map
from model.training.network.text_encoder import middle_states

_CALIBRATION_TEXTS = 256
"""Names of emojis that quantization reads; a foreign checkpoint comes without texts."""


class _FeatureEncoder(nn.Module):
    """A classifier without its last layer: token ids and mask -> that layer's input, (batch, d)."""

    bag = None

    def __init__(self, network: Any) -> None:  # noqa: ANN401 - transformers has no types
        super().__init__()
        self.encoder = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        features: Tensor = self.encoder(input_ids, attention_mask).logits
        return features

    def forward_with_states(
        self, input_ids: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        output = self.encoder(input_ids, attention_mask, output_hidden_states=True)
        return output.logits, middle_states(output.hidden_states)


def convert(classifier: EmojiClassifier, out: Path, name: str) -> Artifact:
    """Write an artifact whose embeddings are the weights of a classifier's last layer.

    The classifier loses that layer.

    Raises:
        ArtifactError: its last layer is not linear, or its tokenizer cannot be served.
    """
    tokenizer = classifier.fast_tokenizer()
    last = _detach_last_layer(classifier)
    encoder = _FeatureEncoder(classifier.network).eval()
    out.mkdir(parents=True, exist_ok=True)
    table = _table(classifier.emojis, last, encoder, tokenizer)
    save_table(table, out)
    padding = padding_of(tokenizer)
    tokenizer.no_padding()
    texts = pick_evenly([describe_emoji(emoji) for emoji in emoji_names()], _CALIBRATION_TEXTS)
    encodings = tokenizer.encode_batch(texts)
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


def _table(
    emojis: Sequence[str], last: nn.Linear, encoder: nn.Module, tokenizer: Tokenizer
) -> EmojiTable:
    """Return the emojis with the rows of the last layer as their embeddings."""
    embeddings = last.weight.detach().numpy()
    bias = np.zeros(len(embeddings)) if last.bias is None else last.bias.detach().numpy()
    names = [describe_emoji(emoji) for emoji in emojis]
    name_map = fit_name_map(_encode(encoder, tokenizer, names), embeddings.astype(np.float64))
    return EmojiTable(
        tuple(emojis),
        embeddings.astype(np.float32),
        bias.astype(np.float32),
        name_map.astype(np.float32),
    )


def _detach_last_layer(classifier: EmojiClassifier) -> nn.Linear:
    """Replace the linear layer that gives the logits by the identity, and return it.

    It is outside of the base network, whose layers may have as many outputs by chance.
    """
    network, labels = classifier.network, len(classifier.emojis)
    linear_layers = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear)
        and module.out_features == labels
        and not name.startswith(f"{network.base_model_prefix}.")
    ]
    if not linear_layers:
        raise ArtifactError(f"{classifier.folder}: no linear layer gives its {labels} labels")
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
