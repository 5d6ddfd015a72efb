"""Rows of exported feedback: the contract between the export and training."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from model.emoji import has_emoji_form

SPLITS = ("train", "validation", "test")


def _check_emoji(text: str) -> str:
    if not has_emoji_form(text):
        raise ValueError("not a canonical emoji, nor a custom one as :name:")
    return text


Emoji = Annotated[str, AfterValidator(_check_emoji)]
"""Canonical, or ``:name:`` for a custom one."""


class FeedbackError(ValueError):
    """A data set of feedback is malformed; the message names file and line."""


class _Row(BaseModel):
    # Error messages must not quote texts of people.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ScoredEmoji(_Row):
    """A prediction of the model."""

    emoji: Emoji
    score: Annotated[float, Field(ge=0, le=1)]


class FeedbackEntry(_Row):
    """Feedback of one kind on one message, with the number of people who gave it."""

    kind: Literal["agree", "remove", "dislike", "correct"]
    emoji: Emoji | None = None
    """The emoji that it is about, or the correction; None for all shown emojis."""
    source: str
    """``reaction``, ``burst``, ``button``, ``command``, ``console``, ``web`` or ``api``."""
    also_burst: bool = False
    """True for the actors whose burst reaction stands beside ``source``."""
    actors: Annotated[int, Field(ge=1)] = 1


class FeedbackRow(_Row):
    """A message with the predictions of the model and the feedback of people."""

    id: str
    text: str | None = Field(default=None, repr=False)
    """None unless its author consented, and still does."""
    language: str | None = None
    """As the platform names it, BCP 47."""
    platform: str
    community: str
    """A pseudonym that holds within one export, like ``author`` and ``id``."""
    author: str
    day: date
    """UTC."""
    artifact_version: str
    """The artifact that made the predictions."""
    predictions: tuple[ScoredEmoji, ...] = ()
    """At most five, best first."""
    shown: tuple[Emoji, ...] = ()
    feedback: tuple[FeedbackEntry, ...]
    consent_version: str | None = None
    """The version of the terms under which the text was kept."""

    @model_validator(mode="after")
    def _text_by_consent(self) -> Self:
        if self.text is not None and not self.consent_version:
            raise ValueError("a text without the consent_version under which it was kept")
        return self


def read_rows(path: Path) -> Iterator[FeedbackRow]:
    """Yield the rows of a JSON Lines file.

    Raises:
        FeedbackError: the file cannot be read, or a row is malformed: its line is named.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield _parse_row(line, f"{path}: line {number}")
    except OSError as error:
        raise FeedbackError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FeedbackError(f"{path}: not a text file in UTF-8") from None


def _parse_row(line: str, location: str) -> FeedbackRow:
    try:
        return FeedbackRow.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise FeedbackError(f"{location}: {field + ': ' if field else ''}{first['msg']}") from None


def split_path(folder: Path, split: str) -> Path:
    """Return the path of a split as JSON Lines in an export."""
    return folder / "jsonl" / f"{split}.jsonl"
