"""The formats of layouts, by name; it loads no library of training."""

from enum import StrEnum


class LayoutFormat(StrEnum):
    """A library that opens an artifact, by the name that the Hub has for it."""

    ONNX = "onnx"
    TRANSFORMERS_JS = "transformers.js"
    SENTENCE_TRANSFORMERS = "sentence-transformers"


class LayoutError(ValueError):
    """An artifact cannot be written in a format; the message is one line."""
