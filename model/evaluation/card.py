"""The model card: what the manifest and the evaluation say, for people and for the Hub."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from model.artifact import LAYOUT, Artifact
from model.evaluation.feedback_section import feedback_section

Row = Mapping[str, Any]
"""``split``, ``ranker`` and ``figures``, as ``model evaluate --json`` writes them."""

_LONG = ("by_emoji", "by_emotion", "confusion")
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_NOT_MEASURED = "Not measured yet."


def brief(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows without their long tables, as the manifest keeps them."""
    return [
        {**row, "figures": {k: v for k, v in row["figures"].items() if k not in _LONG}}
        for row in rows
    ]


def write_card(artifact: Artifact) -> Path:
    """Write README.md into the artifact's folder; no checksum of it is kept."""
    target = artifact.folder / LAYOUT.card
    target.write_text(card_of(artifact), encoding="utf-8")
    return target


def card_of(artifact: Artifact) -> str:
    """The card, its YAML first."""
    manifest = artifact.manifest
    rows: list[Row] = manifest.get("figures", [])
    template = files("model").joinpath("evaluation", "card.md").read_text(encoding="utf-8")
    body = Template(template).substitute(
        version=artifact.version,
        what=_what(artifact),
        data=_data(manifest.get("sources", {})),
        figures=_figures(rows),
        feedback=feedback_section(manifest.get("feedback")),
        silence=_silence(manifest),
        probes=_probes(manifest.get("probes")),
        max_tokens=manifest["max_tokens"],
    )
    return f"---\n{_metadata(artifact, rows)}\n---\n{body}"


def _metadata(artifact: Artifact, rows: Sequence[Row]) -> str:
    base = str(artifact.manifest.get("base", ""))
    own = [r for r in rows if r["ranker"] == artifact.version]
    data = ModelCardData(
        model_name=artifact.version,
        language=["en", "es", "multilingual"],
        license="apache-2.0",
        library_name="emoji-reactor",
        pipeline_tag="text-classification",
        tags=["emoji", "emotion", "onnx", "int8"],
        base_model=base if _HUB_ID.fullmatch(base) else None,
        eval_results=[result for row in own for result in _results(row)] or None,
        ignore_metadata_errors=False,
    )
    return str(data.to_yaml()).strip()


def _results(row: Row) -> list[EvalResult]:
    known = {
        "hit_1": "hit@1",
        "hit_5": "hit@5",
        "macro_recall_5": "macro recall@5",
        "macro_f1": "macro-F1",
        "carried": "emotion carried by one of five",
        "tone_deaf": "tone-deaf rate",
    }
    return [
        EvalResult(
            task_type="text-classification",
            dataset_type=row["split"],
            dataset_name=row["split"],
            metric_type=key,
            metric_name=name,
            metric_value=round(row["figures"][key], 4),
        )
        for key, name in known.items()
        if row["figures"].get(key) is not None
    ]


def _what(artifact: Artifact) -> str:
    manifest = artifact.manifest
    size = sum((artifact.folder / file).stat().st_size for file in LAYOUT.checked) / 1e6
    base = str(manifest.get("base", ""))
    told = base if _HUB_ID.fullmatch(base) else "a local checkpoint"
    facts = [
        f"an encoder fine-tuned from {told}, exported to ONNX with int8 weights",
        f"{len(artifact.table.emojis):,} emojis, {manifest.get('trained', 0):,} of them trained",
        f"{size:.1f} MB in all; up to {manifest['max_tokens']} tokens of a text",
    ]
    if "parity" in manifest:
        facts.append(_parity(manifest["parity"]))
    return "\n".join(f"- {fact}" for fact in facts)


def _parity(parity: Mapping[str, Any]) -> str:
    return (
        f"against the network in PyTorch, on {parity['texts']:,} texts: the same five on "
        f"{_percent(parity['same_five'])}, the same first on {_percent(parity['same_first'])}, "
        f"hit@5 {parity['hit_5_change'] * 100:+.2f} points"
    )


def _data(sources: Mapping[str, int]) -> str:
    if not sources:
        return "The manifest names no sources."
    known = tomllib.loads(
        files("model").joinpath("evaluation", "sources.toml").read_text(encoding="utf-8")
    )
    lines = ["| source | examples | licence, as stated |", "|---|---:|---|"]
    for name, count in sources.items():
        told = known.get(name, {"title": name, "licence": "see its recipe"})
        lines.append(f"| {told['title']} | {count:,} | {told['licence']} |")
    return "\n".join(lines)


def _figures(rows: Sequence[Row]) -> str:
    parts = [
        "In percent, with 95 % bootstrap intervals over texts, on public test sets; measured again "
        "by `emoji-reactor model evaluate`.",
        _table(rows, "hit_1", _EMOJI),
        _table(rows, "negative_share", _EMOTION),
        _table(rows, "p50", {"texts": "texts", "threads": "threads", "p50": "p50 ms"}),
    ]
    return "\n\n".join(part for part in parts if part) if rows else _NOT_MEASURED


_EMOJI = {
    "texts": "texts",
    "hit_1": "hit@1",
    "hit_5": "hit@5",
    "macro_recall_5": "macro recall@5",
    "macro_f1": "macro-F1",
    "accuracy": "accuracy",
    "calibration_error": "calibration error",
    "distinct_5": "distinct emojis",
}
_EMOTION = {
    "texts": "texts",
    "carried": "emotion carried by one of five",
    "negative_share": "negative emojis among five, negative texts",
    "tone_deaf": "tone-deaf",
}


def _table(rows: Sequence[Row], having: str, columns: Mapping[str, str]) -> str:
    """Markdown; empty where no row has the figure."""
    chosen = [row for row in rows if having in row["figures"]]
    if not chosen:
        return ""
    head = ["set", "answers by", *columns.values()]
    lines = [f"| {' | '.join(head)} |", "|---|---|" + "---:|" * len(columns)]
    for row in chosen:
        cells = [_cell(row["figures"], key) for key in columns]
        lines.append(f"| {' | '.join([row['split'], row['ranker'], *cells])} |")
    return "\n".join(lines)


def _cell(figures: Mapping[str, Any], key: str) -> str:
    value = figures.get(key)
    if value is None:
        return "-"
    if key == "p50":
        return f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    interval = figures.get(f"{key}_interval")
    around = f" [{interval[0] * 100:.1f}, {interval[1] * 100:.1f}]" if interval else ""
    return f"{value * 100:.1f}{around}"


def _silence(manifest: Mapping[str, Any]) -> str:
    precision = manifest.get("threshold_precision")
    if precision is None:
        return f"The bot shows nothing below a score of {manifest['threshold']}."
    return (
        f"The bot shows nothing where the first emoji scores below {manifest['threshold']:.4f}: "
        f"from there on, the first emoji was among the author's own on {_percent(precision)} of "
        "held-out texts. A text without letters, digits or faces gets no answer at all."
    )


def _probes(probes: Mapping[str, Any] | None) -> str:
    if probes is None:
        return _NOT_MEASURED
    (low, below), (high, above) = probes["lowest"], probes["highest"]
    return (
        "The same sentence about different groups of people must not change the sentiment of the "
        f"answer. On {probes['sentences']:,} English sentences (templates filled with groups by "
        "origin, religion, gender, orientation, disability, age and means), the first emoji feels "
        f"(negative, neutral or positive) as it does for most groups on "
        f"{_percent(probes['same_first'])}. The mean sentiment of the five, from -1 to 1, spreads "
        f"by {probes['spread']:.2f} (standard deviation over groups within a template); it is "
        f'lowest for "{low}" ({below:+.2f} against all groups) and highest for "{high}" '
        f"({above:+.2f}). English templates say nothing about other languages, and no such test "
        "proves that there is no bias."
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
