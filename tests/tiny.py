"""A tiny artifact whose answers a test can foresee, in the format of the real one."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from model.artifact import LAYOUT, EmojiTable, load, save_table, write_manifest
from model.emoji import TELEGRAM_REACTIONS
from model.manifest import Description

SIZE = 128
WORDS = {
    "funny": "😂",
    "haha": "🤣",
    "sad": "😢",
    "died": "😭",
    "heartbroken": "💔",
    "angry": "😡",
    "furious": "🤬",
    "love": "❤",
    "party": "🎉",
    "fire": "🔥",
    "thanks": "🙏",
    "scary": "😱",
    "pizza": "🍕",
}


def _graph(embeddings: np.ndarray) -> onnx.ModelProto:
    """Mean of the word vectors: Gather, mask, ReduceSum, divide."""
    initial = [
        numpy_helper.from_array(embeddings.astype(np.float32), "embeddings"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "tokens_axis"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "last_axis"),
    ]
    nodes = [
        helper.make_node("Gather", ["embeddings", "input_ids"], ["states"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last_axis"], ["column"]),
        helper.make_node("Mul", ["states", "column"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "tokens_axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "tokens_axis"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["vector"]),
    ]
    tokens = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, tokens),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, tokens),
        ],
        [
            helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", SIZE]),
            helper.make_tensor_value_info("states", TensorProto.FLOAT, [*tokens, SIZE]),
        ],
        initial,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def write_tiny_artifact(folder: Path, name: str = "tiny", seed: int = 0) -> None:
    """Write an artifact that answers each word of ``WORDS`` with its emoji first."""
    folder.mkdir(parents=True)
    emojis = tuple(dict.fromkeys((*WORDS.values(), *TELEGRAM_REACTIONS)))
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(SIZE, SIZE)))[0]
    rows = basis[: len(emojis)].astype(np.float32)
    vocabulary = {"[PAD]": 0, "[UNK]": 1} | {word: i + 2 for i, word in enumerate(WORDS)}
    vectors = [np.zeros(SIZE), np.zeros(SIZE)]
    vectors += [rows[emojis.index(emoji)] * 16 for emoji in WORDS.values()]
    onnx.save(_graph(np.array(vectors)), folder / LAYOUT.encoder)
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / LAYOUT.tokenizer))
    # A strict order even without evidence.
    bias = (-np.arange(len(emojis)) / 1000).astype(np.float32)
    name_map = np.vstack([np.eye(SIZE), np.zeros((1, SIZE))]).astype(np.float32)
    save_table(EmojiTable(emojis, rows, bias, name_map), folder)
    write_manifest(folder, name, emojis, Description(max_tokens=64, temperature=1.0, threshold=0.2))


def write_failing_artifact(folder: Path) -> None:
    """Write an artifact with right checksums whose graph fails at the first prediction."""
    write_tiny_artifact(folder, "failing")
    artifact = load(folder)
    graph = onnx.load(folder / LAYOUT.encoder)
    graph.graph.node[0].input[1] = graph.graph.input[0].name = "ids"
    onnx.save(graph, folder / LAYOUT.encoder)
    write_manifest(folder, "failing", artifact.table.emojis, artifact.manifest)
