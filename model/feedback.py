"""The one contract between the export of feedback and those who learn from it: one row."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SPLITS = ("train", "validation", "test")

Emoji = Annotated[str, Field(min_length=1, max_length=64)]
"""Canonical, or ``:name:`` for a custom one."""


class FeedbackError(ValueError):
    """A data set of feedback that cannot be used; one line that names file and line."""


class _Row(BaseModel):
    # Complaints must not quote what people said.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Suggestion(_Row):
    """What the model said."""

    emoji: Emoji
    score: Annotated[float, Field(ge=0, le=1)]


class Response(_Row):
    """What people said about it: the same word of several people stands once."""

    answer: Literal["agree", "remove", "dislike", "correct"]
    emoji: Emoji | None = None
    """What it is about, or what was chosen instead; None for the answer as a whole."""
    source: str
    """``reaction``, ``button``, ``command``, ``console`` or ``web``."""
    people: Annotated[int, Field(ge=1)] = 1


class FeedbackRow(_Row):
    """One answered message; suggestions of the model and responses of people stand apart."""

    id: str
    text: str | None = Field(default=None, repr=False)
    """None where its author did not agree, or does no longer."""
    language: str | None = None
    """What the platform said, BCP 47."""
    platform: str
    community: str
    """A hash that holds within one export, as ``author`` and ``id``."""
    author: str
    day: date
    """UTC."""
    artifact: str
    """The version of the artifact that answered."""
    suggestions: tuple[Suggestion, ...] = ()
    """At most five, best first."""
    shown: tuple[Emoji, ...] = ()
    responses: tuple[Response, ...]
    consent: str | None = None
    """The version of the terms under which the text was kept."""

    @model_validator(mode="after")
    def _text_by_consent(self) -> Self:
        if self.text is not None and not self.consent:
            raise ValueError("a text without the consent under which it was kept")
        return self


def read_rows(path: Path) -> Iterator[FeedbackRow]:
    """The rows of a JSON Lines file, one at a time.

    Raises:
        FeedbackError: the file cannot be read, or a row is malformed: its line is named.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield _row(line, f"{path}: line {number}")
    except OSError as error:
        raise FeedbackError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FeedbackError(f"{path}: not a text file in UTF-8") from None


def _row(line: str, place: str) -> FeedbackRow:
    try:
        return FeedbackRow.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise FeedbackError(f"{place}: {where + ': ' if where else ''}{first['msg']}") from None


def split_file(folder: Path, split: str) -> Path:
    """Where an export keeps a split as JSON Lines."""
    return folder / "jsonl" / f"{split}.jsonl"
