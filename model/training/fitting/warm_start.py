"""Weights of earlier fits: starting from them (warm start), and averaging with them."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from model.training.data.fit_data import FitData
from model.training.fitting.errors import CheckpointError
from model.training.fitting.saved_weights import SavedWeights
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.name_embeddings import apply_name_map, describe_emoji, fit_name_map
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer

_RARE_QUANTILE = 0.1
"""Quantile of the known biases that a new emoji gets: new emojis are rare ones."""


def warm_start(
    network: EmojiNetwork[TextEncoder], data: FitData, base: str, earlier: SavedWeights
) -> None:
    """Copy encoder, embeddings and biases of an earlier fit into a network on ``base``.

    A head alone has no encoder: ``base`` is the encoder that it was fitted with. An n-gram bag is
    not copied: it is fitted anew, in minutes. Emojis that the earlier fit did not know get an
    embedding from their name and the bias of a rare emoji.

    Raises:
        CheckpointError: the weights belong to an encoder of another shape.
    """
    state = earlier.network
    if earlier.encoder_state:
        _load_encoder(network.text_encoder, earlier.encoder_state)
    elif state["embeddings"].shape[1] != network.embeddings.shape[1]:
        raise CheckpointError(
            f"{base}: the emoji head is for vectors of {state['embeddings'].shape[1]} numbers, and"
            f" the encoder's have {network.embeddings.shape[1]}; remove the head"
        )
    new, old = earlier.shared_emojis(data.emojis)
    embeddings = state["embeddings"][:, : network.embeddings.shape[1]]
    with torch.no_grad():
        names = _Names(network.text_encoder, base)
        mapped = names.predict_embeddings(earlier.emojis, embeddings, data.emojis)
        network.embeddings.copy_(mapped)
        network.embeddings[new] = embeddings[old]
        network.bias.fill_(float(state["bias"].quantile(_RARE_QUANTILE)))
        network.bias[new] = state["bias"][old]
        for i, j in earlier.shared_sources(data.sources):
            network.source_bias[i, new] = state["source_bias"][j, old]


@torch.no_grad()
def average_weights(
    network: EmojiNetwork[TextEncoder], data: FitData, others: Sequence[tuple[Path, float]]
) -> None:
    """Replace a network's weights by the weighted mean of them and of other fits'.

    A model soup (Wortsman et al., 2022): fits that began from the same weights, on other data, are
    better together than each alone. ``others`` are files ``best.pt`` with their shares; the
    network keeps the rest, and the embeddings of emojis that another fit did not know.

    Raises:
        FileNotFoundError: no such file.
        CheckpointError: the weights belong to an encoder of another shape.
    """
    remaining = sum(share for _, share in others)
    for path, share in others:
        remaining -= share
        # Those that follow scale this one's contribution down to its share.
        _interpolate(network, data, SavedWeights.read(path), share / (1.0 - remaining))


@torch.no_grad()
def mix_with_start(network: nn.Module, start: Mapping[str, Tensor], share: float) -> None:
    """Replace a network's weights by ``share`` of those before its fit and the rest of its own.

    A short fit on some sets forgets a little of the others; the mean keeps most of both (WiSE-FT:
    Wortsman et al., 2022). ``start`` is a copy of the network's state; empty for none.
    """
    state = network.state_dict()
    for name, value in start.items():
        if value.is_floating_point():
            state[name].lerp_(value, share)


def _interpolate(
    network: EmojiNetwork[TextEncoder], data: FitData, earlier: SavedWeights, share: float
) -> None:
    """Move a network's weights ``share`` of the way to an earlier fit's."""
    state = earlier.network
    encoder = copy.deepcopy(network.text_encoder)
    _load_encoder(encoder, earlier.encoder_state)
    earlier_encoder = encoder.state_dict()
    for name, value in network.text_encoder.state_dict().items():
        if value.is_floating_point():
            value.lerp_(earlier_encoder[name], share)
    new, old = earlier.shared_emojis(data.emojis)
    network.embeddings[new] = network.embeddings[new].lerp(state["embeddings"][old], share)
    network.bias[new] = network.bias[new].lerp(state["bias"][old], share)
    for i, j in earlier.shared_sources(data.sources):
        current = network.source_bias[i, new]
        network.source_bias[i, new] = current.lerp(state["source_bias"][j, old], share)


def _load_encoder(text_encoder: TextEncoder, state: dict[str, Tensor]) -> None:
    missing, unexpected = text_encoder.load_state_dict(state, strict=False)
    needed = [name for name in missing if not name.startswith("encoder.pooler.")]
    if needed or unexpected:
        raise CheckpointError(
            f"the earlier fit has another encoder: {[*needed, *unexpected][0]}; start from its base"
        )


@dataclass(frozen=True, slots=True)
class _Names:
    """Emoji names as an encoder reads them."""

    text_encoder: TextEncoder
    base: str
    """Checkpoint with the tokenizer."""

    def predict_embeddings(
        self, known: Sequence[str], embeddings: Tensor, wanted: Sequence[str]
    ) -> Tensor:
        """Return embeddings of ``wanted``, mapped from names as those of ``known`` are."""
        tokenizer = load_tokenizer(self.base, self.text_encoder.max_name_tokens)
        names = [describe_emoji(emoji) for emoji in (*known, *wanted)]
        vectors = encode_texts(self.text_encoder.eval(), tokenizer, names).double().numpy()
        name_map = fit_name_map(vectors[: len(known)], embeddings.double().numpy())
        return torch.from_numpy(apply_name_map(vectors[len(known) :], name_map)).float()
