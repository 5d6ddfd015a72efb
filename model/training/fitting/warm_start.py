"""A fit that goes on from the weights of an earlier one, on other data or emojis."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from model.training.fitting.fit import FitData
from model.training.network.name_embeddings import apply_name_map, describe_emoji, fit_name_map
from model.training.network.text_encoder import (
    EmojiNetwork,
    TextEncoder,
    encode_texts,
    load_tokenizer,
)


@dataclass(frozen=True, slots=True)
class SavedWeights:
    """What an earlier fit's ``best.pt`` holds."""

    network: Mapping[str, Tensor]
    emojis: list[str]
    sources: list[str]

    @classmethod
    def read(cls, weights: Path) -> "SavedWeights":
        """Load it onto the CPU.

        Raises:
            FileNotFoundError: no such file.
        """
        return cls(**torch.load(weights, weights_only=True))

    @property
    def encoder_state(self) -> dict[str, Tensor]:
        """The weights of the text encoder, without those of n-grams beside it."""
        named = {
            k.removeprefix("text_encoder."): v
            for k, v in self.network.items()
            if k.startswith("text_encoder.")
        }
        return {name: value for name, value in named.items() if not name.startswith("bag.")}

    def shared_indices(self, emojis: Sequence[str]) -> tuple[list[int], list[int]]:
        """Where the emojis that it knew stand among ``emojis``, and where among its own."""
        at = {emoji: i for i, emoji in enumerate(self.emojis)}
        here = [i for i, emoji in enumerate(emojis) if emoji in at]
        return here, [at[emojis[i]] for i in here]


def warm_start(network: EmojiNetwork[TextEncoder], data: FitData, base: str, weights: Path) -> None:
    """Take over encoder, rows and biases of an earlier fit's ``best.pt``.

    A bag of n-grams beside it is left behind: it learns anew, in minutes.

    Emojis that it did not know get the row of their name through its own name map, and the bias
    of a rare emoji.

    Raises:
        FileNotFoundError: no such file.
        RuntimeError: the weights belong to an encoder of another shape.
    """
    earlier = SavedWeights.read(weights)
    old = earlier.network
    _take_over(network.text_encoder, earlier.encoder_state)
    here, there = earlier.shared_indices(data.emojis)
    rows = old["embeddings"][:, : network.embeddings.shape[1]]
    with torch.no_grad():
        network.embeddings.copy_(_named_rows(network, data.emojis, base, earlier.emojis, rows))
        network.embeddings[here] = rows[there]
        network.bias.fill_(float(old["bias"].quantile(0.1)))
        network.bias[here] = old["bias"][there]
        for i, j in _same_sources(data, earlier):
            network.source_bias[i, here] = old["source_bias"][j, there]


@torch.no_grad()
def average_weights(
    network: EmojiNetwork[TextEncoder], data: FitData, others: Sequence[tuple[Path, float]]
) -> None:
    """Put the weighted mean of its weights and of other fits' in a network.

    A model soup (Wortsman et al., 2022): fits that began from the same weights, on other data, are
    better together than each alone. ``others`` are files ``best.pt`` and their shares; the rest is
    the network's own, as are the rows of emojis that another one did not know.

    Raises:
        FileNotFoundError: no such file.
        RuntimeError: the weights belong to an encoder of another shape.
    """
    later = sum(share for _, share in others)
    for weights, share in others:
        later -= share
        # Those that come after it will leave it this much less.
        _mix(network, data, SavedWeights.read(weights), share / (1.0 - later))


def _mix(
    network: EmojiNetwork[TextEncoder], data: FitData, earlier: SavedWeights, share: float
) -> None:
    """Go ``share`` of the way to an earlier fit's weights."""
    old = earlier.network
    other = copy.deepcopy(network.text_encoder)
    _take_over(other, earlier.encoder_state)
    theirs = other.state_dict()
    for name, value in network.text_encoder.state_dict().items():
        if value.is_floating_point():
            value.lerp_(theirs[name], share)
    here, there = earlier.shared_indices(data.emojis)
    network.embeddings[here] = network.embeddings[here].lerp(old["embeddings"][there], share)
    network.bias[here] = network.bias[here].lerp(old["bias"][there], share)
    for i, j in _same_sources(data, earlier):
        mine = network.source_bias[i, here]
        network.source_bias[i, here] = mine.lerp(old["source_bias"][j, there], share)


def _same_sources(data: FitData, earlier: SavedWeights) -> list[tuple[int, int]]:
    at = {source: j for j, source in enumerate(earlier.sources)}
    return [(i, at[source]) for i, source in enumerate(data.sources) if source in at]


def _take_over(text: TextEncoder, state: dict[str, Tensor]) -> None:
    missing, unexpected = text.load_state_dict(state, strict=False)
    lacking = [name for name in missing if not name.startswith("encoder.pooler.")]
    if lacking or unexpected:
        raise RuntimeError(f"the earlier fit has another encoder: {[*lacking, *unexpected][0]}")


def _named_rows(
    network: EmojiNetwork[TextEncoder], wanted: list[str], base: str, known: list[str], rows: Tensor
) -> Tensor:
    tokenizer = load_tokenizer(base, network.text_encoder.max_name_tokens)
    texts = [describe_emoji(emoji) for emoji in (*known, *wanted)]
    vectors = encode_texts(network.text_encoder.eval(), tokenizer, texts).double().numpy()
    name_map = fit_name_map(vectors[: len(known)], rows.double().numpy())
    return torch.from_numpy(apply_name_map(vectors[len(known) :], name_map)).float()
