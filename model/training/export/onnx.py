"""Export of a trained network to an artifact: fused ONNX graph, int8, and the full emoji table."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from tokenizers import Encoding, Tokenizer

from model.artifact import LAYOUT, Artifact, EmojiTable, save_table, write_manifest
from model.emoji import emoji_names
from model.manifest import Description, Padding
from model.training.export.quantization import quantize as quantize_graph
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.name_embeddings import apply_name_map, describe_emoji, fit_name_map
from model.training.network.ngram_bag import NGramBag
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.vocabulary import drop_unused_tokens

log = logging.getLogger(__name__)

MAX_CALIBRATION_TEXTS = 1024
"""Texts whose activations quantization reads."""
_RARE_QUANTILE = 0.1


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """Folder, name and description of an artifact that is exported."""

    folder: Path
    name: str
    description: Description


def export(
    network: EmojiNetwork[TextEncoder],
    tokenizer: Tokenizer,
    emojis: list[str],
    target: ExportTarget,
    texts: Sequence[str] = (),
) -> Artifact:
    """Write an artifact.

    Quantisation reads ``texts``, cleaned, or the names of emojis if there are none. Temperature
    and threshold are neutral until ``model.training.export.calibration`` sets them.
    """
    folder, max_tokens = target.folder, target.description.max_tokens
    folder.mkdir(parents=True, exist_ok=True)
    table = emoji_table(network, tokenizer, emojis)
    save_table(table, folder)
    tokenizer = drop_unused_tokens(network.text_encoder, tokenizer)
    padding = padding_of(tokenizer)
    tokenizer.no_padding()
    save_tokenizer(tokenizer, folder / LAYOUT.tokenizer)
    trim_positions(network.text_encoder, max_tokens)
    tokenizer.enable_truncation(max_tokens)
    calibration_texts = list(texts) or [describe_emoji(emoji) for emoji in emojis]
    encodings = tokenizer.encode_batch(pick_evenly(calibration_texts, MAX_CALIBRATION_TEXTS))
    export_encoder(network.text_encoder, folder / LAYOUT.encoder, encodings=encodings)
    description = target.description.updated(
        padding=padding,
        trained_emojis=len(emojis),
        ngram_width=_ngram_width(network.text_encoder),
    )
    return write_manifest(folder, target.name, table.emojis, description)


def pick_evenly(texts: Sequence[str], count: int) -> list[str]:
    """Return at most ``count`` texts from all parts of a list, which may be sorted by source."""
    step = max(1, len(texts) / count)
    return [texts[int(i * step)] for i in range(min(count, len(texts)))]


def emoji_table(
    network: EmojiNetwork[TextEncoder], tokenizer: Tokenizer, trained: list[str]
) -> EmojiTable:
    """Return the table of all emojis: trained embeddings, and others mapped from names."""
    embeddings = network.embeddings.detach().double().numpy()
    bias = network.bias.detach().float().numpy()
    is_trained = set(trained)
    others = [emoji for emoji in emoji_names() if emoji not in is_trained]
    names = [describe_emoji(emoji) for emoji in (*trained, *others)]
    vectors = encode_texts(network.text_encoder, tokenizer, names).double().numpy()
    is_named = np.array([emoji in emoji_names() for emoji in trained])
    name_map = fit_name_map(vectors[: len(trained)][is_named], embeddings[is_named])
    mapped = apply_name_map(vectors[len(trained) :], name_map)
    # An emoji without training data is a rare one; calibration sets how rare.
    rare_bias = np.full(len(others), np.quantile(bias, _RARE_QUANTILE), dtype=np.float32)
    return EmojiTable(
        (*trained, *others),
        np.vstack([embeddings, mapped]).astype(np.float32),
        np.concatenate([bias, rare_bias]),
        name_map.astype(np.float32),
    )


def _ngram_width(text_encoder: TextEncoder) -> int:
    """Return how many numbers of a vector an n-gram bag gives; 0 without a bag."""
    return text_encoder.bag.width if isinstance(text_encoder.bag, NGramBag) else 0


def padding_of(tokenizer: Tokenizer) -> Padding:
    """Return the padding token of a tokenizer for the manifest."""
    padding = tokenizer.padding
    return (
        Padding() if padding is None else Padding(id=padding["pad_id"], token=padding["pad_token"])
    )


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write a tokenizer without truncation, which the manifest's ``max_tokens`` sets."""
    tokenizer.no_truncation()
    tokenizer.save(str(path), pretty=False)


def export_encoder(
    text_encoder: TextEncoder,
    target: Path,
    *,
    quantize: bool = True,
    encodings: Sequence[Encoding] = (),
) -> None:
    """Write the ONNX graph of vectors and middle states.

    Attention is fused if the architecture allows it. ``encodings`` are some hundred texts as they
    will be served, for the quantization.
    """
    text_encoder = text_encoder.eval()
    # The fusion knows the graph of this implementation.
    text_encoder.encoder.set_attn_implementation("eager")  # type: ignore[operator]
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = Path(scratch) / "plain.onnx", Path(scratch) / "fused.onnx"
        _trace(text_encoder, plain)
        _fuse(text_encoder, plain, fused)
        if not quantize:
            shutil.copy(fused, target)
            return
        quantize_graph(fused, target, encodings)


def trim_positions(text_encoder: TextEncoder, max_tokens: int) -> None:
    """Drop learnt position embeddings that no text of ``max_tokens`` reaches.

    RoBERTa and its relatives count positions from the one after the padding's.
    """
    embeddings = getattr(text_encoder.encoder, "embeddings", None)
    positions = getattr(embeddings, "position_embeddings", None)
    if embeddings is None or not isinstance(positions, torch.nn.Embedding):
        return
    first = 0 if positions.padding_idx is None else positions.padding_idx + 1
    kept = min(first + max_tokens, positions.num_embeddings)
    positions.weight = torch.nn.Parameter(positions.weight.detach()[:kept].clone())
    positions.num_embeddings = kept
    for name in ("position_ids", "token_type_ids"):
        if hasattr(embeddings, name):
            embeddings.register_buffer(name, getattr(embeddings, name)[:, :kept], persistent=False)


def _fuse(text_encoder: TextEncoder, plain: Path, fused: Path) -> None:
    """Fuse what the optimiser knows; keep a graph that it cannot read, or whose output changes."""
    config = text_encoder.encoder.config
    fusions = FusionOptions("bert")
    # The runtime's fused kernel is four times slower than the two that it replaces.
    fusions.enable_skip_layer_norm = False
    # Its int8 kernel has one scale for all embeddings, which cost most of the parity.
    fusions.enable_embed_layer_norm = False
    try:
        optimized = optimize_model(
            str(plain),
            "bert",
            num_heads=config.num_attention_heads,  # type: ignore[union-attr]
            hidden_size=config.hidden_size,  # type: ignore[union-attr]
            optimization_options=fusions,
            opt_level=0,
        )
        optimized.save_model_to_file(str(fused))
        is_same = np.allclose(_sample(plain), _sample(fused), atol=1e-3, rtol=1e-3)
    except Exception as error:  # the optimiser asserts shapes that it was written for
        log.info("attention is not fused: %s", type(error).__name__)
        is_same = False
    if not is_same:
        shutil.copy(plain, fused)


def _sample(graph: Path) -> NDArray[np.float32]:
    """Return a graph's vectors of two texts of different length, (2, d)."""
    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    ids = np.arange(10, 24, dtype=np.int64).reshape(2, 7)
    mask = np.array([[1] * 7, [1] * 4 + [0] * 3], dtype=np.int64)
    vectors: NDArray[np.float32] = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


@contextmanager
def _giving_states(text_encoder: TextEncoder) -> Iterator[None]:
    """Let calls of a module give its middle states too; a wrapper would rename the weights."""
    text_encoder.forward = text_encoder.forward_with_states  # type: ignore
    try:
        yield
    finally:
        del text_encoder.forward


def _trace(text_encoder: TextEncoder, target: Path) -> None:
    ids = torch.ones((2, 11), dtype=torch.int64)
    dynamic = {0: "batch", 1: "tokens"}
    with _giving_states(text_encoder), warnings.catch_warnings():
        # The exporter warns of its own successor, whose graphs the fusion does not know yet.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            text_encoder,
            (ids, torch.ones_like(ids)),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector", "states"],
            dynamic_axes={
                "input_ids": dynamic,
                "attention_mask": dynamic,
                "vector": {0: "batch"},
                "states": dynamic,
            },
            opset_version=17,
            dynamo=False,
        )
