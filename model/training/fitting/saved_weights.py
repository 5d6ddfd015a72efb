"""Weights of earlier fits: ``best.pt`` of a run, and the emoji head beside a base checkpoint.

The head is ``head.safetensors`` (``rows``: embeddings, ``bias``, ``source_bias``) and
``head.json`` (names of the emojis and sources, in that order). A logit is the product of the
encoder's mean-pooled vector and an embedding, plus biases.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor
from transformers.utils.hub import cached_file

from model import atomic
from model.training.fitting.errors import CheckpointError
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.text_encoder import TextEncoder

HEAD_WEIGHTS = "head.safetensors"
HEAD_NAMES = "head.json"
_ENCODER_PREFIX = "text_encoder."


class _HeadNames(BaseModel):
    """Content of ``head.json``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    emojis: list[str]
    sources: list[str]


@dataclass(frozen=True, slots=True)
class SavedWeights:
    """State of an ``EmojiNetwork``, or of its head alone, and what its rows stand for."""

    network: Mapping[str, Tensor]
    emojis: list[str]
    sources: list[str]

    @classmethod
    def read(cls, path: Path) -> "SavedWeights":
        """Load a ``best.pt`` onto the CPU.

        Raises:
            FileNotFoundError: no such file.
        """
        return cls(**torch.load(path, map_location="cpu", weights_only=True))

    @classmethod
    def read_head(cls, base: str) -> "SavedWeights | None":
        """Load the emoji head beside a base checkpoint, a folder or Hub id; None without one.

        Raises:
            CheckpointError: the head is corrupt, or its two files do not belong together.
        """
        weights, names = _locate(base, HEAD_WEIGHTS), _locate(base, HEAD_NAMES)
        if weights is None or names is None:
            return None
        try:
            known = _HeadNames.model_validate_json(names.read_text(encoding="utf-8"))
            stored = load_file(weights)
            rows, bias, source_bias = (
                stored[name].float() for name in ("rows", "bias", "source_bias")
            )
        except (SafetensorError, ValidationError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise CheckpointError(f"{weights}: not an emoji head: {reason}") from None
        shape = (len(rows), len(bias), *source_bias.shape)
        expected = (len(known.emojis), len(known.emojis), len(known.sources), len(known.emojis))
        if rows.ndim != 2 or shape != expected:
            raise CheckpointError(
                f"{weights} and {names.name} differ in emojis or sources; write both again"
            )
        network = {"embeddings": rows, "bias": bias, "source_bias": source_bias}
        return cls(network, known.emojis, known.sources)

    @property
    def encoder_state(self) -> dict[str, Tensor]:
        """Weights of the text encoder without those of an n-gram bag; empty for a head alone."""
        state = {
            name.removeprefix(_ENCODER_PREFIX): value
            for name, value in self.network.items()
            if name.startswith(_ENCODER_PREFIX)
        }
        return {name: value for name, value in state.items() if not name.startswith("bag.")}

    def shared_emojis(self, emojis: Sequence[str]) -> tuple[list[int], list[int]]:
        """Return the indices of the emojis known to both, in ``emojis`` and in ``self.emojis``."""
        return _shared(emojis, self.emojis)

    def shared_sources(self, sources: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of indices of the sources known to both, in ``sources`` and here."""
        return list(zip(*_shared(sources, self.sources), strict=True))


@torch.no_grad()
def write_head(
    network: EmojiNetwork[TextEncoder],
    emojis: Sequence[str],
    sources: Sequence[str],
    folder: Path,
) -> None:
    """Write the emoji head of a network without an n-gram bag beside its encoder.

    The projection is folded into the embeddings: a base checkpoint has none.
    """
    projection = network.text_encoder.projection
    tensors = {
        "rows": network.embeddings @ projection.weight,
        "bias": network.bias + network.embeddings @ projection.bias,
        "source_bias": network.source_bias,
    }
    content = save({name: value.detach().contiguous() for name, value in tensors.items()})
    names = json.dumps({"emojis": list(emojis), "sources": list(sources)}, ensure_ascii=False)
    atomic.write_binary(folder / HEAD_WEIGHTS, lambda file: file.write(content), mode=0o644)
    atomic.write(folder / HEAD_NAMES, names + "\n", mode=0o644)


def _locate(base: str, name: str) -> Path | None:
    """Return the path of a file of a checkpoint folder or Hub repository; None without it."""
    if Path(base).is_dir():
        return Path(base) / name if (Path(base) / name).is_file() else None
    try:
        found: Any = cached_file(base, name)
    except OSError:
        return None
    return None if found is None else Path(found)


def _shared(names: Sequence[str], known: Sequence[str]) -> tuple[list[int], list[int]]:
    index = {name: j for j, name in enumerate(known)}
    shared = [i for i, name in enumerate(names) if name in index]
    return shared, [index[names[i]] for i in shared]
