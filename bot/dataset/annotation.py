"""Exports for annotation tools: tasks of Label Studio and records of Argilla.

Annotators say which reactions fit a message; the model's predictions come as suggestions, and what
people did with the emojis shown stands beside them, each kind apart. Both are files that the tools
import by themselves; none of their packages is needed to write them.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from model.feedback import FeedbackRow

_KIND_NAMES = {
    "agree": "agreed",
    "remove": "removed",
    "dislike": "disliked",
    "correct": "corrected",
}
"""Kind of feedback -> name of the emojis that got it; Argilla reserves ``remove``."""
_QUESTION = "reaction"
_TITLE = "Which reactions fit this message?"
_MESSAGE = "message"
_TERMS = ("language", "platform", "artifact_version", "shown", *_KIND_NAMES.values())
"""Properties by which Argilla filters records."""


class JsonArrayWriter:
    """One JSON array of the rows that have a text."""

    def __init__(self, path: Path, convert: Callable[[FeedbackRow], object]) -> None:
        """Create the file; ``convert`` returns the JSON value of a row."""
        self._convert = convert
        self._separator = "[\n"
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append rows."""
        for row in rows:
            if row.text is not None:
                value = json.dumps(self._convert(row), ensure_ascii=False)
                self._file.write(f"{self._separator}{value}")
                self._separator = ",\n"

    def close(self) -> None:
        """Finish the file."""
        self._file.write("[]\n" if self._separator == "[\n" else "\n]\n")
        self._file.close()


def label_studio_task(row: FeedbackRow) -> dict[str, object]:
    """Return a message as a task with the model's predictions."""
    choices = [prediction.emoji for prediction in row.predictions]
    result = {
        "from_name": _QUESTION,
        "to_name": _MESSAGE,
        "type": "choices",
        "value": {"choices": choices},
    }
    prediction = {
        "model_version": row.artifact_version,
        "score": max((prediction.score for prediction in row.predictions), default=0.0),
        "result": [result],
    }
    data = {"id": row.id, "text": row.text, "day": row.day.isoformat(), **_properties(row)}
    return {"data": data, "predictions": [prediction] if choices else []}


def argilla_record(row: FeedbackRow) -> dict[str, object]:
    """Return a message as a record, with the model's predictions as a suggestion."""
    suggestion = {
        "value": [prediction.emoji for prediction in row.predictions],
        "score": [prediction.score for prediction in row.predictions],
        "agent": row.artifact_version,
    }
    return {
        "id": row.id,
        "fields": {"text": row.text},
        "metadata": _properties(row),
        "suggestions": {_QUESTION: suggestion} if row.predictions else {},
    }


def label_studio_settings(splits: Collection[str], emojis: Collection[str]) -> Mapping[str, str]:
    """Return the labelling configuration, one for all splits, by path in the export."""
    if not splits:
        return {}
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Text", name=_MESSAGE, value="$text")
    ElementTree.SubElement(view, "Header", value=_TITLE)
    choices = ElementTree.SubElement(
        view, "Choices", name=_QUESTION, toName=_MESSAGE, choice="multiple", showInline="true"
    )
    for emoji in sorted(emojis):
        ElementTree.SubElement(choices, "Choice", value=emoji)
    ElementTree.indent(view)
    return {"label-studio/labels.xml": ElementTree.tostring(view, "unicode") + "\n"}


def argilla_settings(splits: Collection[str], emojis: Collection[str]) -> Mapping[str, str]:
    """Return the settings of a dataset for each split, by path in the export."""
    options = [{"value": emoji, "text": emoji} for emoji in sorted(emojis)]
    question = {"type": "multi_label_selection", "options": options, "visible_options": None}
    settings = {
        "guidelines": _TITLE,
        "questions": [
            {"name": _QUESTION, "title": _TITLE, "required": True, "settings": question},
        ],
        "fields": [
            {
                "name": "text",
                "title": "Message",
                "required": True,
                "settings": {"type": "text", "use_markdown": False},
            }
        ],
        "vectors": [],
        "metadata": [
            {"name": name, "title": name, "settings": {"type": "terms"}} for name in _TERMS
        ],
        "allow_extra_metadata": False,
    }
    found = {}
    for split in splits:
        dataset = {"name": f"emoji-feedback-{split}"}
        for name, content in (("settings", settings), ("dataset", dataset)):
            path = f"argilla/{split}/.argilla/{name}.json"
            found[path] = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return found


def _properties(row: FeedbackRow) -> dict[str, object]:
    """Return what is known of a message; what is not, and empty lists, are left out."""
    given: dict[str, list[str]] = {name: [] for name in _KIND_NAMES.values()}
    for entry in row.feedback:
        given[_KIND_NAMES[entry.kind]] += row.shown if entry.emoji is None else (entry.emoji,)
    found = {
        "language": row.language,
        "platform": row.platform,
        "artifact_version": row.artifact_version,
        "shown": list(row.shown),
        **{name: list(dict.fromkeys(emojis)) for name, emojis in given.items()},
    }
    return {name: value for name, value in found.items() if value}
