"""Files by which a page predicts in a browser: the layout of transformers.js, the guard as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model import emotions
from model.artifact import Artifact
from model.gravity import TEARS, TOP_FIVE_RULE
from model.gravity_head import GravityHead, GravityThresholds
from model.text import EMOJI_PATTERN, INVISIBLE_PATTERN
from model.training.layouts.classifier import write_classifier, write_json

MODEL, PAGE = "model", "page.json"


def write_browser_files(artifact: Artifact, folder: Path, examples: Sequence[str]) -> None:
    """Write the folder ``model`` and ``page.json``, with texts that the page offers to try."""
    write_classifier(artifact, folder / MODEL, "onnx/model_quantized.onnx")
    write_json(folder / PAGE, {"guard": guard_rules(artifact), "examples": list(examples)})


def guard_rules(artifact: Artifact) -> dict[str, Any]:
    """Return what ``demo/static/guard.js`` reads: emojis, patterns and the gravity head."""
    return {
        "emoji": EMOJI_PATTERN,
        "invisible": INVISIBLE_PATTERN,
        "laughing": sorted(emotions.LAUGHING_OR_CELEBRATING_EMOJIS),
        "mocking": sorted(emotions.MOCKING_EMOJIS),
        "comforting": sorted(emotions.COMFORTING_EMOJIS),
        "kind": sorted(emotions.KIND_EMOJIS),
        "grave_emojis": sorted(emotions.grave_emojis()),
        "tears": TEARS,
        "min_share": TOP_FIVE_RULE.min_share,
        "head": None if artifact.gravity_head is None else _head(artifact.gravity_head),
    }


def _head(head: GravityHead) -> dict[str, Any]:
    return {
        "vector_weights": head.vector_weights.tolist(),
        "word_weights": head.word_weights.tolist(),
        "pair_weights": head.pair_weights.tolist(),
        "bias": head.bias.tolist(),
        "thresholds": {
            name: getattr(head.thresholds, name) for name in GravityThresholds.__slots__
        },
        "lexicon": list(head.lexicon.classes.values()),
    }
