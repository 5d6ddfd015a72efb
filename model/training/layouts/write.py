"""Writing of the layouts of an artifact, with their card."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from model.artifact import LAYOUT, Artifact
from model.training.layouts.card import LayoutCard
from model.training.layouts.classifier import write_classifier
from model.training.layouts.figures import LayoutFigures
from model.training.layouts.layout_format import LayoutFormat
from model.training.layouts.sentence_transformers import write_sentence_transformers

_WRITERS: Mapping[LayoutFormat, Callable[[Artifact, Path], None]] = {
    LayoutFormat.ONNX: lambda artifact, folder: write_classifier(artifact, folder, "model.onnx"),
    LayoutFormat.TRANSFORMERS_JS: lambda artifact, folder: write_classifier(
        artifact, folder, "onnx/model_quantized.onnx"
    ),
    LayoutFormat.SENTENCE_TRANSFORMERS: write_sentence_transformers,
}


def write_layouts(
    artifact: Artifact,
    formats: Sequence[LayoutFormat],
    folder: Path,
    figures: Sequence[LayoutFigures] = (),
) -> None:
    """Write the layouts, which share one folder, and a card that says how to load them.

    Raises:
        LayoutError: sentence-transformers is among the formats, and the encoder is no BERT.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for each in formats:
        _WRITERS[each](artifact, folder)
    card = LayoutCard(artifact, formats, figures)
    (folder / LAYOUT.card).write_text(card.text(), encoding="utf-8")
