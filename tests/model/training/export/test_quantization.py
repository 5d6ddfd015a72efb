"""Int8 graphs: a text's vector is its own, and rows of embeddings keep their precision."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Encoding

from model.encoding import open_session
from model.training.export.onnx import export_encoder, pick_evenly
from model.training.export.tensor_values import feed_for
from model.training.network.text_encoder import TextEncoder
from model.training.network.tokenizer import load_tokenizer

TEXTS = ["funny joke a b", "sad tears lost c", "pizza cheese dinner", "furious rage unfair h g"]
OUTLIER = 500.0


@pytest.fixture(scope="module")
def encoder(tiny_base: Path) -> TextEncoder:
    """Return a random encoder, one word of which has an embedding far larger than the others."""
    torch.manual_seed(2)
    text = TextEncoder.from_base(str(tiny_base)).eval()
    table = text.token_embedding.weight
    with torch.no_grad():
        padding = torch.zeros(300, table.shape[1])
        text.token_embedding.weight = torch.nn.Parameter(torch.cat([table, padding]))
        text.token_embedding.weight[-1] = OUTLIER
    return text


@pytest.fixture(scope="module")
def encodings(tiny_base: Path) -> list[Encoding]:
    tokenizer = load_tokenizer(str(tiny_base), 16)
    tokenizer.no_padding()
    return tokenizer.encode_batch(TEXTS)


@pytest.fixture(scope="module")
def int8(
    encoder: TextEncoder, encodings: list[Encoding], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("int8") / "int8.onnx"
    export_encoder(encoder, path, encodings=encodings)
    return path


def run(path: Path, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    vectors: NDArray[np.float32] = open_session(path).run(None, feed)[0]
    return vectors


def test_a_vector_does_not_depend_on_the_other_texts_of_the_batch(
    int8: Path, encoder: TextEncoder, encodings: list[Encoding]
) -> None:
    ids = np.array([encodings[0].ids], dtype=np.int64)
    extreme = np.full_like(ids, encoder.token_embedding.num_embeddings - 1)
    together = run(int8, np.concatenate([ids, np.repeat(extreme, 3, axis=0)]))
    assert together[0] == pytest.approx(run(int8, ids)[0], abs=1e-6)


def test_a_large_embedding_does_not_blur_the_others(
    int8: Path, encoder: TextEncoder, encodings: list[Encoding]
) -> None:
    for encoding in encodings:
        feed = feed_for(encoding)
        exact = encoder(*(torch.from_numpy(x) for x in feed.values())).detach().numpy()
        assert run(int8, feed["input_ids"]) == pytest.approx(exact, abs=0.1)
    stored = {item.name: item for item in onnx.load(str(int8)).graph.initializer}
    assert stored["encoder.embeddings.word_embeddings.weight_quantized"].data_type == (
        onnx.TensorProto.INT8
    )


def test_calibration_reads_texts_of_all_sources() -> None:
    texts = [f"{source}{number}" for source in "abcd" for number in range(250)]
    picked = pick_evenly(texts, 8)
    assert len(picked) == 8
    assert {text[0] for text in picked} == set("abcd")
    assert pick_evenly(texts[:3], 8) == texts[:3]
    assert pick_evenly([], 8) == []
