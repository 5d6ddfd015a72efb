"""Readers of layouts: texts to the five emojis that a library finds, and its name and version."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from model.training.layouts.layout_format import LayoutFormat

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "build/node/node_modules"
"""What ``make node`` installs."""
OPTIMUM = ROOT / "build/optimum"
"""What ``make optimum`` installs."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one library to some texts."""

    read_by: str
    """Library and version."""
    fives: Sequence[Sequence[tuple[str, float]]]
    """The five emojis of each text with their scores, best first."""

    @property
    def emojis(self) -> list[list[str]]:
        """The fives without their scores."""
        return [[emoji for emoji, _ in five] for five in self.fives]


def missing(layout: LayoutFormat) -> str | None:
    """Return why a layout cannot be read here; None if it can."""
    match layout:
        case LayoutFormat.ONNX:
            return None if OPTIMUM.is_dir() else "optimum is not installed; make optimum"
        case LayoutFormat.TRANSFORMERS_JS:
            has_library = shutil.which("node") and NODE_MODULES.is_dir()
            return None if has_library else "transformers.js is not installed; make node"
        case LayoutFormat.SENTENCE_TRANSFORMERS:
            return None


def read_onnx(folder: Path, texts: Sequence[str]) -> Answers:
    """Read with optimum, in a process of its own."""
    script = str(ROOT / "benchmarks/layouts/read_optimum.py")
    paths = os.pathsep.join([str(OPTIMUM), *filter(None, sys.path)])
    found = _run([sys.executable, script, str(folder)], texts, {"PYTHONPATH": paths})
    return _answers("optimum-onnx", found)


def read_transformers_js(folder: Path, texts: Sequence[str]) -> Answers:
    """Read with transformers.js in Node."""
    script = str(ROOT / "benchmarks/layouts/read_transformers_js.mjs")
    return _answers(
        "transformers.js", _run(["node", script, str(NODE_MODULES), str(folder)], texts)
    )


def read_sentence_transformers(folder: Path, texts: Sequence[str]) -> Answers:
    """Read with sentence-transformers."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    logits = model.encode(list(texts), convert_to_tensor=True)
    best = logits.softmax(1).topk(5)
    assert logits.dtype == torch.float32
    transformer: Any = model[0]
    emojis: Mapping[int, str] = transformer.config.id2label
    fives = [
        [(emojis[int(i)], float(p)) for p, i in zip(*row, strict=True)]
        for row in zip(best.values, best.indices, strict=True)
    ]
    return Answers(f"sentence-transformers {version('sentence-transformers')}", fives)


READERS: Mapping[LayoutFormat, Callable[[Path, Sequence[str]], Answers]] = {
    LayoutFormat.ONNX: read_onnx,
    LayoutFormat.TRANSFORMERS_JS: read_transformers_js,
    LayoutFormat.SENTENCE_TRANSFORMERS: read_sentence_transformers,
}


def _answers(library: str, found: dict[str, object]) -> Answers:
    fives = found["answers"]
    assert isinstance(fives, list)
    return Answers(
        f"{library} {found['version']}", [[(e, float(p)) for e, p in five] for five in fives]
    )


def _run(
    command: Sequence[str], texts: Sequence[str], more: Mapping[str, str] | None = None
) -> dict[str, object]:
    result = subprocess.run(  # noqa: S603 - scripts of this folder
        command,
        input=json.dumps(list(texts)),
        env={**os.environ, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    answers: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return answers
