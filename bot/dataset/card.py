"""The data set's card: what the Hub's viewer reads of it, and what people should."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from typing import Any

import yaml

from bot.dataset.writers import Format
from model.feedback import SPLITS, FeedbackRow

TITLE = "Feedback on emoji reactions"

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LISTS = {
    "suggestions": {"emoji": "string", "score": "float64"},
    "responses": {"emoji": "string", "source": "string", "people": "int64", "answer": "string"},
}


@dataclass(slots=True)
class DatasetSummary:
    """What an export holds, counted while it is written."""

    rows: Counter[str] = field(default_factory=Counter)
    """By split."""
    texts: int = 0
    consents: Counter[str] = field(default_factory=Counter)
    """Texts by the version of the terms."""
    languages: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """What people did, by kind."""
    artifacts: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """The counts as JSON."""
        return {
            "rows": {split: self.rows[split] for split in SPLITS},
            "texts": self.texts,
            "consents": dict(self.consents),
            "answers": dict(self.answers),
            "artifacts": dict(self.artifacts),
        }

    def add(self, split: str, row: FeedbackRow) -> None:
        """Count a row."""
        self.rows[split] += 1
        self.artifacts[row.artifact] += 1
        self.answers.update({r.answer: r.people for r in row.responses})
        if row.language:
            self.languages[row.language.partition("-")[0].lower()] += 1
        if row.text is not None:
            self.texts += 1
            self.consents[str(row.consent)] += 1


def write_card(contents: DatasetSummary, formats: Sequence[Format], licence: str) -> str:
    """README.md of the data set, its YAML first."""
    head = yaml.safe_dump(
        _metadata(contents, formats, licence), allow_unicode=True, sort_keys=False
    )
    template = files("bot.dataset").joinpath("card.md").read_text(encoding="utf-8")
    body = Template(template).substitute(
        title=TITLE, counts=_counts(contents, formats), consents=_consents(contents)
    )
    return f"---\n{head}---\n{body}"


def _metadata(contents: DatasetSummary, formats: Sequence[Format], licence: str) -> dict[str, Any]:
    total = contents.rows.total()
    size = next((name for end, name in _SIZES if total < end), "n>10M")
    languages = [name for name, _ in contents.languages.most_common() if len(name) in (2, 3)]
    splits = [split for split in SPLITS if contents.rows[split]]
    return {
        "pretty_name": TITLE,
        "license": licence,
        **({"language": languages} if languages else {}),
        "size_categories": [size],
        "task_categories": ["text-classification"],
        "tags": ["emoji", "emotion", "human-feedback"],
        **(_viewed(formats[0], splits) if splits else {}),
    }


def _viewed(each: Format, splits: Sequence[str]) -> dict[str, Any]:
    """One format alone: the Hub's library reads all configurations of a data set alike."""
    files = [{"split": split, "path": f"{each}/{split}.{each}"} for split in splits]
    return {
        "configs": [{"config_name": "default", "data_files": files}],
        "dataset_info": {"config_name": "default", "features": _features(each)},
    }


def _features(each: Format) -> list[dict[str, Any]]:
    return [_feature(name, each) for name in FeedbackRow.model_fields]


def _feature(name: str, each: Format) -> dict[str, Any]:
    if each is Format.CSV or name not in (*_LISTS, "shown"):
        day = name == "day" and each is Format.PARQUET
        return {"name": name, "dtype": "date32" if day else "string"}
    if name == "shown":
        return {"name": name, "list": "string"}
    return {"name": name, "list": [{"name": n, "dtype": d} for n, d in _LISTS[name].items()]}


def _counts(contents: DatasetSummary, formats: Sequence[Format]) -> str:
    splits = ", ".join(f"{contents.rows[split]:,} {split}" for split in SPLITS)
    return "\n".join(
        (
            f"- {contents.rows.total():,} answered messages with feedback: {splits}",
            f"- {contents.texts:,} of them with their text",
            f"- responses of people: {_listed(contents.answers)}",
            f"- answered by: {_listed(contents.artifacts)}",
            f"- the same rows in each format: {', '.join(formats)}",
        )
    )


def _consents(contents: DatasetSummary) -> str:
    if not contents.consents:
        return "No text is in this export."
    return f"Versions of the terms, and the texts kept under them: {_listed(contents.consents)}."


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "none"
