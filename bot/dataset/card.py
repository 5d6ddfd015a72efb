"""The card of a data set: metadata for the Hub's viewer, and a description for people."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from typing import Any

import yaml

from bot.dataset.writers import Format
from model.feedback import SPLITS, FeedbackRow

TITLE = "Feedback on emoji reactions"

_SIZE_CATEGORIES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
"""Exclusive upper limit of rows -> the Hub's name of the size."""
_LIST_COLUMNS = {
    "predictions": {"emoji": "emoji", "score": "float64"},
    "feedback": {
        "kind": "string",
        "emoji": "emoji",
        "source": "string",
        "also_burst": "bool",
        "actors": "int64",
    },
}
_EMOJI = "emoji"
"""Stands for the class label of all emojis of the export."""


@dataclass(slots=True)
class DatasetSummary:
    """Counts of what an export holds, taken while it is written."""

    rows: Counter[str] = field(default_factory=Counter)
    """By split."""
    texts: int = 0
    consent_versions: Counter[str] = field(default_factory=Counter)
    """Texts by the version of the terms that their authors agreed to."""
    languages: Counter[str] = field(default_factory=Counter)
    feedback: Counter[str] = field(default_factory=Counter)
    """Pieces of feedback by kind."""
    artifact_versions: Counter[str] = field(default_factory=Counter)
    emojis: set[str] = field(default_factory=set)
    """Those predicted, shown or chosen."""

    def as_dict(self) -> dict[str, object]:
        """Return the counts as JSON values."""
        return {
            "rows": {split: self.rows[split] for split in SPLITS},
            "texts": self.texts,
            "consent_versions": dict(self.consent_versions),
            "feedback": dict(self.feedback),
            "artifact_versions": dict(self.artifact_versions),
        }

    def add(self, split: str, row: FeedbackRow) -> None:
        """Count a row."""
        self.rows[split] += 1
        self.artifact_versions[row.artifact_version] += 1
        self.emojis.update(p.emoji for p in row.predictions)
        self.emojis.update(row.shown)
        self.emojis.update(entry.emoji for entry in row.feedback if entry.emoji is not None)
        self.feedback.update({entry.kind: entry.actors for entry in row.feedback})
        if row.language:
            self.languages[row.language.partition("-")[0].lower()] += 1
        if row.text is not None:
            self.texts += 1
            self.consent_versions[str(row.consent_version)] += 1


def render_card(summary: DatasetSummary, formats: Sequence[Format], licence: str) -> str:
    """Return the README.md of the data set, its YAML header first."""
    header = yaml.safe_dump(
        _metadata(summary, formats, licence), allow_unicode=True, sort_keys=False
    )
    template = files("bot.dataset").joinpath("card.md").read_text(encoding="utf-8")
    body = Template(template).substitute(
        title=TITLE, counts=_describe_counts(summary, formats), consents=_describe_consents(summary)
    )
    return f"---\n{header}---\n{body}"


def _metadata(summary: DatasetSummary, formats: Sequence[Format], licence: str) -> dict[str, Any]:
    total = summary.rows.total()
    size = next((name for end, name in _SIZE_CATEGORIES if total < end), "n>10M")
    languages = [name for name, _ in summary.languages.most_common() if len(name) in (2, 3)]
    splits = [split for split in SPLITS if summary.rows[split]]
    read = [format_ for format_ in formats if not format_.is_for_annotation]
    return {
        "pretty_name": TITLE,
        "license": licence,
        **({"language": languages} if languages else {}),
        "size_categories": [size],
        "task_categories": ["text-classification"],
        "tags": ["emoji", "emotion", "human-feedback"],
        **(_viewer_config(read[0], splits, summary.emojis) if splits and read else {}),
    }


def _viewer_config(
    format_: Format, splits: Sequence[str], emojis: Collection[str]
) -> dict[str, Any]:
    """Describe one format only: the Hub's library reads all configurations in the same way."""
    files = [{"split": split, "path": format_.path(split)} for split in splits]
    return {
        "configs": [{"config_name": "default", "data_files": files}],
        "dataset_info": {"config_name": "default", "features": _features(format_, emojis)},
    }


def _features(format_: Format, emojis: Collection[str]) -> list[dict[str, Any]]:
    names = {str(i): emoji for i, emoji in enumerate(sorted(emojis))}
    emoji_type = {"class_label": {"names": names}} if names else "string"
    return [_feature(name, format_, emoji_type) for name in FeedbackRow.model_fields]


def _feature(name: str, format_: Format, emoji_type: object) -> dict[str, Any]:
    """Describe a column; emojis are class labels, but for CSV, whose cells hold lists as JSON."""
    if format_ is Format.CSV or name not in (*_LIST_COLUMNS, "shown"):
        day = name == "day" and format_ is Format.PARQUET
        return {"name": name, "dtype": "date32" if day else "string"}
    if name == "shown":
        return {"name": name, "list": {"dtype": emoji_type}}
    types = {n: emoji_type if d == _EMOJI else d for n, d in _LIST_COLUMNS[name].items()}
    return {"name": name, "list": [{"name": n, "dtype": d} for n, d in types.items()]}


def _describe_counts(summary: DatasetSummary, formats: Sequence[Format]) -> str:
    splits = ", ".join(f"{summary.rows[split]:,} {split}" for split in SPLITS)
    return "\n".join(
        (
            f"- {summary.rows.total():,} messages with feedback: {splits}",
            f"- {summary.texts:,} of them with their text",
            f"- feedback by kind: {_format_counts(summary.feedback)}",
            f"- artifacts: {_format_counts(summary.artifact_versions)}",
            f"- the same rows in each format: {', '.join(formats)}",
        )
    )


def _describe_consents(summary: DatasetSummary) -> str:
    if not summary.consent_versions:
        return "No text is in this export."
    versions = _format_counts(summary.consent_versions)
    return f"Versions of the terms, and the texts kept under them: {versions}."


def _format_counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "none"
