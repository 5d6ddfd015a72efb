"""Cleaned texts to vectors: the tokenizer and the encoder graph of an artifact."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model.artifact import LAYOUT, Artifact, ArtifactError

_BATCH_SIZE = 16  # larger batches do not fit a core's cache


class Encoder:
    """The encoder of an artifact; safe to call from several threads."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Open graph and tokenizer, with ``threads`` threads a call.

        Raises:
            ArtifactError: one of them cannot be read.
        """
        self._session = _open_graph(artifact, threads)
        self._tokenizer = _open_tokenizer(artifact)
        self._size = artifact.table.embeddings.shape[1]

    def encode(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Return text vectors, (texts, d), of texts that ``model.text.clean`` has cleaned."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(cleaned))]
        vectors = np.empty((len(ids), self._size), dtype=np.float32)
        for indices in _batches_of_one_length(ids):
            tokens = np.array([ids[i] for i in indices], dtype=np.int64)
            feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            vectors[indices] = self._session.run(None, feed)[0]
        return vectors


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


def _open_tokenizer(artifact: Artifact) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(artifact.tokenizer))
    except Exception as error:  # the library raises plain Exception
        raise ArtifactError(f"{artifact.tokenizer} is no tokenizer: {error}") from error
    tokenizer.enable_truncation(artifact.manifest.max_tokens)
    tokenizer.no_padding()
    return tokenizer
