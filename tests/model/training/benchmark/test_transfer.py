"""Transfer sets: files as DeepMoji publishes them, and our encoder on them."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from model.artifact import load
from model.training.benchmark.transfer import accuracy, best_threshold, fit_frozen, fit_whole
from model.training.benchmark.transfer_data import (
    FILE,
    TransferError,
    TransferTask,
    read_transfer_set,
)
from model.training.network.text_encoder import TextEncoder
from model.training.network.tokenizer import load_tokenizer

SENTIMENT = TransferTask("SS-Synthetic", "accuracy", 0.9)
EMOTION = TransferTask("Synthetic", "F1", 0.5)


def write(folder: Path, task: TransferTask, labels: list[bytes]) -> None:
    """Write sad and funny texts in turn, as Python 2 pickled DeepMoji's files (protocol 0)."""
    words = ("sad", "funny")
    rows = range(len(labels))
    texts = [f"{words[i % 2]} caf\\xc3\\xa9 {'abcdefgh'[i % 8]}" for i in rows]
    half = len(labels) // 2
    parts = {"train_ind": rows[:half], "val_ind": rows[half:-40], "test_ind": rows[-40:]}
    content = b"(dS'info'\n(l" + b"".join(b"(dS'label'\n" + label + b"sa" for label in labels)
    content += b"sS'texts'\n(l" + b"".join(f"S'{text}'\na".encode() for text in texts) + b"s"
    for name, indices in parts.items():
        content += f"S'{name}'\n(l".encode() + b"".join(f"I{i}\na".encode() for i in indices) + b"s"
    (folder / task.name).mkdir()
    (folder / task.name / FILE).write_bytes(content + b".")


def scalar(value: int) -> bytes:
    """Pickle a numpy number of eight bytes."""
    dtype = b"(cnumpy\ndtype\n(S'i8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
    number = b"S'" + f"\\x{value:02x}".encode() + b"\\x00" * 7 + b"'\n"
    return b"cnumpy.core.multiarray\nscalar\n" + dtype + number + b"tR"


def flags(*values: int) -> bytes:
    """Pickle a list of numbers."""
    return b"(l" + b"".join(f"I{value}\na".encode() for value in values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("transfer")
    write(made, SENTIMENT, [scalar(i % 2) for i in range(400)])
    write(made, EMOTION, [flags(1 - i % 2, i % 2, 0) for i in range(400)])
    return made


def test_the_parts_are_those_of_the_publishers(folder: Path) -> None:
    data = read_transfer_set(folder, SENTIMENT)
    assert [len(p.texts) for p in (data.train, data.validation, data.test)] == [200, 160, 40]
    assert data.train.classes[:4, 0].tolist() == [0, 1, 0, 1]
    assert data.train.texts[0] == "sad café a"
    assert read_transfer_set(folder, EMOTION).test.classes.shape == (40, 3)


def test_an_encoder_that_tells_the_classes_apart_is_scored_so(
    folder: Path, tiny_artifact: Path, tiny_base: Path
) -> None:
    sentiment, emotion = (read_transfer_set(folder, task) for task in (SENTIMENT, EMOTION))
    frozen = fit_frozen(load(tiny_artifact), sentiment)
    assert frozen.figure(sentiment) == 1.0
    text_encoder = TextEncoder.from_base(str(tiny_base))
    tokenizer = load_tokenizer(str(tiny_base), 16)
    fitted = fit_whole(text_encoder, tokenizer, emotion, epochs=6, layer_rate=0.03)
    assert fitted.figure(emotion) == pytest.approx(2 / 3, abs=0.1)  # nothing has the third class


def test_figures_of_known_answers() -> None:
    classes = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert accuracy(classes, np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.2]])) == pytest.approx(2 / 3)
    assert accuracy(classes[:, :1], np.array([[0.9], [0.2], [0.1]])) == pytest.approx(2 / 3)
    assert best_threshold(classes[:, 0], np.array([0.4, 0.3, 0.2])) == 0.3
    assert best_threshold(np.zeros(3, np.float32), np.array([0.4, 0.3, 0.2])) == 1.0


class _Command:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("true",)


def test_other_files_are_refused_and_run_nothing(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="cannot be read"):
        read_transfer_set(tmp_path, SENTIMENT)
    (tmp_path / SENTIMENT.name).mkdir()
    path = tmp_path / SENTIMENT.name / FILE
    for content in (pickle.dumps(_Command()), pickle.dumps({"texts": []}), b"", b"no pickle"):
        path.write_bytes(content)
        with pytest.raises(TransferError, match="no transfer set of DeepMoji"):
            read_transfer_set(tmp_path, SENTIMENT)
