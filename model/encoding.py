"""Cleaned texts to vectors: the tokenizer and the encoder graph of an artifact."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model.artifact import LAYOUT, Artifact, ArtifactError

_BATCH_SIZE = 16  # larger batches do not fit a core's cache


class TextVectors(NamedTuple):
    """Vectors of some texts, as an encoder gives them."""

    vectors: NDArray[np.float32]
    """(texts, d); their products with the embeddings are the logits of the emojis."""
    gravity: NDArray[np.float32]
    """Gravity vectors, (texts, g), which the gravity head reads; the text vectors themselves if the
    artifact has no gravity network."""


class Encoder:
    """The encoder of an artifact; safe to call from several threads."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Open graphs and tokenizer, with ``threads`` threads a call.

        Raises:
            ArtifactError: one of them cannot be read.
        """
        self._session = _open_graph(artifact, threads)
        self._gravity = _open_gravity_network(artifact, threads)
        if self._gravity is not None and not self.gives_states:
            raise ArtifactError(
                f"{artifact.encoder} gives no middle states, which {LAYOUT.gravity_network} reads;"
                " fit the guard again with emoji-reactor model gravity"
            )
        self._tokenizer = _open_tokenizer(artifact)
        self._size = artifact.table.embeddings.shape[1]
        self._gravity_size = artifact.manifest.gravity_width

    def encode(self, cleaned: Sequence[str]) -> TextVectors:
        """Return the vectors of texts that ``model.text.clean`` has cleaned."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(cleaned))]
        vectors = np.empty((len(ids), self._size), dtype=np.float32)
        if self._gravity is None:
            for indices, feed in _feeds(ids):
                [vectors[indices]] = self._session.run(["vector"], feed)
            return TextVectors(vectors, vectors)
        gravity = np.empty((len(ids), self._gravity_size), dtype=np.float32)
        for indices, feed in _feeds(ids):
            vectors[indices], states = self._session.run(["vector", "states"], feed)
            mask = feed["attention_mask"]
            [gravity[indices]] = self._gravity.run(None, {"states": states, "attention_mask": mask})
        return TextVectors(vectors, gravity)

    @property
    def gives_states(self) -> bool:
        """True if the graph gives the states that a gravity network reads."""
        return any(output.name == "states" for output in self._session.get_outputs())

    def states(self, cleaned: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """Yield the middle states of each text, (tokens, size), one text after another."""
        for encoding in self._tokenizer.encode_batch_fast(list(cleaned)):
            [(_, feed)] = _feeds([encoding.ids])
            [states] = self._session.run(["states"], feed)
            yield states[0]


def _feeds(
    ids: Sequence[Sequence[int]],
) -> Iterator[tuple[list[int], dict[str, NDArray[np.int64]]]]:
    """Yield the indices of each batch, and what the encoder's graph takes of it."""
    for indices in _batches_of_one_length(ids):
        tokens = np.array([ids[i] for i in indices], dtype=np.int64)
        yield indices, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}


def _batches_of_one_length(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the indices of texts with equal numbers of tokens.

    Padding would take time, and would change a vector by rounding.
    """
    by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for _, group in groupby(by_length, key=lambda i: len(ids[i])):
        alike = list(group)
        yield from (alike[i : i + _BATCH_SIZE] for i in range(0, len(alike), _BATCH_SIZE))


def open_session(graph: Path | bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open a graph, a file or its content, as it is served."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A waiting thread must not burn the operator's CPU.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without it sums of int8 products saturate on a CPU that has no VNNI instructions.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(
        graph,
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # its kernel is slower than what it fuses
    )


def _open_graph(artifact: Artifact, threads: int) -> onnxruntime.InferenceSession:
    try:
        session = open_session(artifact.encoder, threads)
    except Exception as error:  # onnxruntime raises a class of its own for each way to fail
        raise ArtifactError(f"{artifact.encoder} is no graph that can be run") from error
    width, expected = session.get_outputs()[0].shape[-1], artifact.table.embeddings.shape[1]
    if isinstance(width, int) and width != expected:
        raise ArtifactError(
            f"{artifact.encoder} gives vectors of {width} numbers, the embeddings in"
            f" {LAYOUT.emoji} have {expected}"
        )
    return session


def _open_gravity_network(artifact: Artifact, threads: int) -> onnxruntime.InferenceSession | None:
    if artifact.gravity_head is None or not artifact.manifest.gravity_width:
        return None
    path, expected = artifact.folder / LAYOUT.gravity_network, artifact.manifest.gravity_width
    try:
        session = open_session(path, threads)
    except Exception as error:  # onnxruntime raises a class of its own for each way to fail
        raise ArtifactError(f"{path} is no graph that can be run") from error
    width = session.get_outputs()[0].shape[-1]
    if isinstance(width, int) and width != expected:
        raise ArtifactError(
            f"{path} gives vectors of {width} numbers, {LAYOUT.manifest} expects {expected}"
        )
    return session


def _open_tokenizer(artifact: Artifact) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(artifact.tokenizer))
    except Exception as error:  # the library raises plain Exception
        raise ArtifactError(f"{artifact.tokenizer} is no tokenizer: {error}") from error
    tokenizer.enable_truncation(artifact.manifest.max_tokens)
    tokenizer.no_padding()
    return tokenizer
