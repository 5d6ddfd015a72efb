"""SmoothQuant: the float graph stays the same, and the int8 graph is closer to it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.encoding import open_session
from model.training.export.onnx import export_encoder
from model.training.export.smoothquant import apply_smoothquant
from model.training.export.tensor_values import feed_for
from model.training.network.text_encoder import TextEncoder
from model.training.network.tokenizer import load_tokenizer

TEXTS = ["funny joke a b", "sad tears lost c", "pizza cheese dinner", "furious rage unfair h g"] * 4


def test_an_outlier_channel_costs_the_others_less(tiny_base: Path, tmp_path: Path) -> None:
    torch.manual_seed(2)
    text = TextEncoder.from_base(str(tiny_base)).eval()
    for name, parameter in text.encoder.named_parameters():
        if name.endswith("attention.output.LayerNorm.weight"):
            with torch.no_grad():
                parameter[3].mul_(60)  # as trained encoders have some
        if name.endswith("dense.weight"):
            with torch.no_grad():
                parameter.mul_(10)  # fresh ones hardly move what passes them by
    tokenizer = load_tokenizer(str(tiny_base), 16)
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch(TEXTS)

    def vectors(file: str) -> np.ndarray:
        session = open_session(tmp_path / file)
        outputs = np.concatenate(
            [session.run(None, feed_for(encoding))[0] for encoding in encodings]
        )
        return np.delete(outputs, 3, axis=1)

    export_encoder(text, tmp_path / "float.onnx", quantize=False)
    export_encoder(text, tmp_path / "int8.onnx")
    export_encoder(text, tmp_path / "smooth.onnx", encodings=encodings)
    exact = vectors("float.onnx")
    plain, smoothed = (
        float(np.linalg.norm(vectors(file) - exact)) for file in ("int8.onnx", "smooth.onnx")
    )
    assert smoothed < plain * 0.85
    apply_smoothquant(tmp_path / "float.onnx", encodings)
    assert vectors("float.onnx") == pytest.approx(exact, abs=1e-3)
