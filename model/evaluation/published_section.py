"""The part of the model card on what others published for the same test sets."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from model.evaluation.tables import markdown_table, percent
from model.figures import EmojiFigures, EvaluationResult

_INTRODUCTION = (
    "Macro-F1 that others published for the same test sets. Their texts held the leak that is "
    "described below; this model reads none of it unless its row says so."
)


def published_section(results: Sequence[EvaluationResult], version: str) -> str:
    """Return a table for the sets that have figures of this version; empty without any."""
    path = files("model").joinpath("evaluation", "published.toml")
    published = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = [
        _row(result.split, result.figures, entry)
        for result in results
        if result.ranker == version and isinstance(result.figures, EmojiFigures)
        for entry in published.get(result.split, ())
    ]
    head = ("set", "published by", "macro-F1", "leak", "this model", "source")
    table = markdown_table(head, rows)
    return f"{_INTRODUCTION}\n\n{table}" if table else ""


def _row(split: str, own: EmojiFigures, entry: Mapping[str, Any]) -> tuple[str, ...]:
    leak = "yes" if entry["leak"] else "no"
    measured = percent(own.macro_f1, own.macro_f1_interval)
    return split, entry["system"], percent(entry["macro_f1"]), leak, measured, entry["source"]
