"""Model card: the manifest and its figures, for people and for the Hub."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from huggingface_hub import EvalResult, ModelCardData

from model import atomic
from model.artifact import LAYOUT, Artifact
from model.evaluation.eval_results import HUB_METRICS, hub_metrics, read_sources
from model.evaluation.feedback_section import feedback_section
from model.evaluation.gravity_section import gravity_section
from model.evaluation.language_section import language_section, whole_splits
from model.evaluation.published_section import published_section
from model.evaluation.tables import markdown_table, percent
from model.figures import EmojiFigures, EmotionFigures, EvaluationResult, LatencyFigures, Record
from model.manifest import BiasProbes, Manifest, Parity

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_NOT_MEASURED = "Not measured yet."


def write_card(artifact: Artifact) -> Path:
    """Write README.md into the artifact's folder; the manifest holds no checksum of it."""
    path = artifact.folder / LAYOUT.card
    atomic.write(path, card_of(artifact), mode=0o644)
    return path


def card_of(artifact: Artifact) -> str:
    """Return the text of the card: YAML metadata, then Markdown."""
    manifest = artifact.manifest
    results = measured(manifest.figures, artifact.version)
    template = files("model").joinpath("evaluation", "card.md").read_text(encoding="utf-8")
    body = Template(template).substitute(
        version=artifact.version,
        what=_what(artifact),
        data=_data(manifest.sources),
        figures=_figures(results, artifact.version),
        languages=language_section(results),
        feedback=feedback_section(manifest.feedback),
        silence=_silence(manifest),
        gravity=gravity_section(manifest.gravity),
        probes=_probes(manifest.bias_probes),
        max_tokens=manifest.max_tokens,
    )
    return f"---\n{_metadata(artifact)}\n---\n{body}"


def _metadata(artifact: Artifact) -> str:
    manifest = artifact.manifest
    results = [
        metric
        for result in whole_splits(manifest.figures)
        if result.ranker == artifact.version
        for metric in _hub_metrics(result)
    ]
    data = ModelCardData(
        model_name=artifact.version,
        language=_languages(manifest.figures),
        license="apache-2.0",
        library_name="emoji-reactor",
        pipeline_tag="text-classification",
        tags=["emoji", "emotion", "onnx", "int8"],
        base_model=_hub_base(manifest),
        eval_results=results or None,
        ignore_metadata_errors=False,
    )
    return str(data.to_yaml()).strip()


def _languages(results: Sequence[EvaluationResult]) -> list[str]:
    """Return the languages that were measured, without their regions, as the Hub knows them."""
    measured_languages = {r.language.partition("-")[0] for r in results if r.language}
    return [*sorted(measured_languages), "multilingual"]


def _hub_base(manifest: Manifest) -> str | None:
    """Return the base checkpoint if it is a Hub id; None for a local path."""
    base = manifest.base
    return base if base is not None and _HUB_ID.fullmatch(base) else None


def _hub_metrics(result: EvaluationResult) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="text-classification",
            dataset_type=result.split,
            dataset_name=result.split,
            metric_type=key,
            metric_name=HUB_METRICS[key],
            metric_value=round(value, 4),
        )
        for key, value in hub_metrics(result).items()
    ]


def _what(artifact: Artifact) -> str:
    manifest = artifact.manifest
    size = sum((artifact.folder / file).stat().st_size for file in manifest.sha256) / 1e6
    base = _hub_base(manifest) or "a local checkpoint"
    facts = [
        f"an encoder fine-tuned from {base}, exported to ONNX with int8 weights",
        f"{len(manifest.emojis):,} emojis, {manifest.trained_emojis:,} of them trained",
        f"{size:.1f} MB in all; up to {manifest.max_tokens} tokens of a text",
    ]
    if manifest.parity is not None:
        facts.append(_parity(manifest.parity))
    return "\n".join(f"- {fact}" for fact in facts)


def _parity(parity: Parity) -> str:
    return (
        f"against the network in PyTorch, on {parity.texts:,} texts: the same five on "
        f"{_percent(parity.same_five)}, the same first on {_percent(parity.same_first)}, "
        f"hit@5 {parity.hit_5_change * 100:+.2f} points"
    )


def _data(sources: Mapping[str, int]) -> str:
    if not sources:
        return "The manifest names no sources."
    licences = read_sources()
    lines = ["| source | examples | licence, as stated |", "|---|---:|---|"]
    for name, count in sources.items():
        entry = licences.get(name, {"title": name, "licence": "see its recipe"})
        lines.append(f"| {entry['title']} | {count:,} | {entry['licence']} |")
    return "\n".join(lines)


def measured(results: Sequence[EvaluationResult], version: str) -> list[EvaluationResult]:
    """Return the results of the splits that this version was measured on.

    Those of another version stand beside its own, never in place of them.
    """
    own = {(r.split, r.language) for r in results if r.ranker == version}
    return [r for r in results if (r.split, r.language) in own]


def _figures(results: Sequence[EvaluationResult], version: str) -> str:
    whole = whole_splits(results)
    parts = [
        "In percent, with 95 % bootstrap intervals over texts, on public test sets; measured again "
        "by `emoji-reactor model evaluate`.",
        _table(whole, EmojiFigures, _EMOJI),
        _table(whole, EmotionFigures, _EMOTION),
        _table(whole, LatencyFigures, {"texts": "texts", "threads": "threads", "p50": "p50 ms"}),
        published_section(whole, version),
    ]
    return "\n\n".join(part for part in parts if part) if results else _NOT_MEASURED


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


def _table(
    results: Sequence[EvaluationResult], kind: type[Record], columns: Mapping[str, str]
) -> str:
    """Return a Markdown table of the results of one kind; empty if there are none."""
    rows = [result for result in results if isinstance(result.figures, kind)]
    if not rows:
        return ""
    cells = [(row.split, row.ranker, *(_cell(row.figures, key) for key in columns)) for row in rows]
    return markdown_table(("set", "answers by", *columns.values()), cells)


def _cell(figures: Record, key: str) -> str:
    value = getattr(figures, key)
    if value is None:
        return "-"
    if key == "p50":
        return f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return percent(value, getattr(figures, f"{key}_interval", None))


def _silence(manifest: Manifest) -> str:
    precision = manifest.threshold_precision
    if precision is None:
        return f"The bot shows nothing below a score of {manifest.threshold}."
    return (
        f"The bot shows nothing where the first emoji scores below {manifest.threshold:.4f}: "
        f"from there on, the first emoji was among the author's own on {_percent(precision)} of "
        "held-out texts, all languages counting alike. Scores are calibrated with a temperature "
        f"of {manifest.temperature:.2f} among all emojis and {manifest.temperature_among(20):.2f} "
        "among twenty. A text without letters, digits or faces gets no answer at all."
    )


def _probes(probes: BiasProbes | None) -> str:
    if probes is None:
        return _NOT_MEASURED
    (low, below), (high, above) = probes.lowest, probes.highest
    return (
        "The same sentence about different groups of people must not change the sentiment of the "
        f"answer. On {probes.sentences:,} English sentences (templates filled with groups by "
        "origin, religion, gender, orientation, disability, age and means), the first emoji feels "
        f"(negative, neutral or positive) as it does for most groups on "
        f"{_percent(probes.same_first)}. The mean sentiment of the five, from -1 to 1, spreads "
        f"by {probes.spread:.2f} (standard deviation over groups within a template); it is "
        f'lowest for "{low}" ({below:+.2f} against all groups) and highest for "{high}" '
        f"({above:+.2f}). English templates say nothing about other languages, and no such test "
        "proves that there is no bias."
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
