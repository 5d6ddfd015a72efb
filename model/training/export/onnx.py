"""A trained network to an artifact folder: fused ONNX graph, int8, rows for every emoji."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from tokenizers import Encoding, Tokenizer

from model.artifact import LAYOUT, Artifact, EmojiTable, save_table, write_manifest
from model.emoji import emoji_names
from model.manifest import Description, Padding
from model.training.export.smoothquant import apply_smoothquant
from model.training.network.name_embeddings import apply_name_map, describe_emoji, fit_name_map
from model.training.network.text_encoder import EmojiNetwork, TextEncoder, encode_texts
from model.training.network.vocabulary import drop_unused_tokens

log = logging.getLogger(__name__)

_FITTED = 256


def emoji_table(
    network: EmojiNetwork[TextEncoder], tokenizer: Tokenizer, trained: list[str]
) -> EmojiTable:
    """The full table: trained rows, and rows made from names for every other emoji."""
    rows = network.embeddings.detach().double().numpy()
    bias = network.bias.detach().float().numpy()
    others = [emoji for emoji in emoji_names() if emoji not in set(trained)]
    every = encode_texts(
        network.text_encoder, tokenizer, [describe_emoji(e) for e in (*trained, *others)]
    )
    vectors = every.double().numpy()
    named = np.array([e in emoji_names() for e in trained])
    name_map = fit_name_map(vectors[: len(trained)][named], rows[named])
    unseen = apply_name_map(vectors[len(trained) :], name_map)
    # An emoji that training never showed is a rare one; calibration says how rare.
    rare = np.full(len(others), np.quantile(bias, 0.1), dtype=np.float32)
    return EmojiTable(
        (*trained, *others),
        np.vstack([rows, unseen]).astype(np.float32),
        np.concatenate([bias, rare]),
        name_map.astype(np.float32),
    )


def export_encoder(
    text: TextEncoder,
    target: Path,
    *,
    quantize: bool = True,
    encodings: Sequence[Encoding] = (),
) -> None:
    """Write the ONNX graph of text vectors, attention fused where the architecture allows it.

    ``encodings`` are texts as they will be served, by which int8 is fitted; a few hundred do.
    """
    text = text.eval()
    text.encoder.set_attn_implementation("eager")  # type: ignore[operator] # fusion knows this shape
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = Path(scratch) / "plain.onnx", Path(scratch) / "fused.onnx"
        _trace(text, plain)
        _fuse(text, plain, fused)
        if not quantize:
            shutil.copy(fused, target)
            return
        if encodings:
            apply_smoothquant(fused, encodings)
        quantize_dynamic(
            fused,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={
                "MatMulConstBOnly": True,
                "DefaultTensorType": onnx.TensorProto.FLOAT,
            },
        )


def _fuse(text: TextEncoder, plain: Path, fused: Path) -> None:
    """Fuse what the optimiser knows; a graph that it cannot read, or spoils, stays as it is."""
    config = text.encoder.config
    fusions = FusionOptions("bert")
    # The runtime's fused kernel is four times slower than the two that it replaces.
    fusions.enable_skip_layer_norm = False
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
        same = np.allclose(_sample(plain), _sample(fused), atol=1e-3, rtol=1e-3)
    except Exception as error:  # the optimiser asserts shapes that it was written for
        log.info("attention is not fused: %s", type(error).__name__)
        same = False
    if not same:
        shutil.copy(plain, fused)


def _sample(graph: Path) -> NDArray[np.float32]:
    """What a graph makes of two texts of different length."""
    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    ids = np.arange(10, 24, dtype=np.int64).reshape(2, 7)
    mask = np.array([[1] * 7, [1] * 4 + [0] * 3], dtype=np.int64)
    vectors: NDArray[np.float32] = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


def _trace(text: TextEncoder, target: Path) -> None:
    ids = torch.ones((2, 11), dtype=torch.int64)
    dynamic = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        # The exporter warns of its own successor, whose graphs the fusion does not know yet.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            text,
            (ids, torch.ones_like(ids)),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={
                "input_ids": dynamic,
                "attention_mask": dynamic,
                "vector": {0: "batch"},
            },
            opset_version=17,
            dynamo=False,
        )


def trim_positions(text: TextEncoder, length: int) -> None:
    """Drop learnt position embeddings that no text of so many tokens reaches.

    RoBERTa and its kin count positions from behind the padding's.
    """
    embeddings = getattr(text.encoder, "embeddings", None)
    positions = getattr(embeddings, "position_embeddings", None)
    if embeddings is None or not isinstance(positions, torch.nn.Embedding):
        return
    first = 0 if positions.padding_idx is None else positions.padding_idx + 1
    kept = min(first + length, positions.num_embeddings)
    positions.weight = torch.nn.Parameter(positions.weight.detach()[:kept].clone())
    positions.num_embeddings = kept
    for name in ("position_ids", "token_type_ids"):
        if hasattr(embeddings, name):
            embeddings.register_buffer(name, getattr(embeddings, name)[:, :kept], persistent=False)


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

    ``texts``, cleaned, are what int8 is fitted by; the emojis' names where there are none.

    Temperature and threshold are neutral until ``model.training.export.calibration`` sets them.
    """
    folder, max_tokens = target.folder, target.description.max_tokens
    folder.mkdir(parents=True, exist_ok=True)
    table = emoji_table(network, tokenizer, emojis)
    save_table(table, folder)
    tokenizer = drop_unused_tokens(network.text_encoder, tokenizer)
    tokenizer.no_truncation()
    padding = tokenizer.padding or {"pad_id": 0, "pad_token": "[PAD]"}
    tokenizer.no_padding()
    tokenizer.save(str(folder / LAYOUT.tokenizer), pretty=False)
    trim_positions(network.text_encoder, max_tokens)
    tokenizer.enable_truncation(max_tokens)
    fitted = list(texts[:_FITTED]) or [describe_emoji(emoji) for emoji in emojis[:_FITTED]]
    export_encoder(
        network.text_encoder, folder / LAYOUT.encoder, encodings=tokenizer.encode_batch(fitted)
    )
    description = target.description.updated(
        padding=Padding(id=padding["pad_id"], token=padding["pad_token"]),
        trained_emojis=len(emojis),
    )
    return write_manifest(folder, target.name, table.emojis, description)
