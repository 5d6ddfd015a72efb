"""Rules for stored rows, which an export and ``db check`` share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from bot.core.events import FeedbackKind, FeedbackSource
from model.emoji import has_emoji_form


def _check_emoji(text: str) -> str:
    if not has_emoji_form(text):
        raise ValueError("no emoji")
    return text


_Emoji = Annotated[str, AfterValidator(_check_emoji)]
_Score = Annotated[float, Field(ge=0, le=1)]
_PREDICTIONS: TypeAdapter[Any] = TypeAdapter(list[tuple[_Emoji, _Score]])
_SCORES: TypeAdapter[Any] = TypeAdapter(list[_Score])
_EMOJIS: TypeAdapter[Any] = TypeAdapter(list[_Emoji])
_TIME: TypeAdapter[Any] = TypeAdapter(datetime)


def is_valid_outcome(predictions: object, model_scores: object, shown: object) -> bool:
    """Return if the lists of a row of ``prediction`` hold emojis and their scores."""
    return (
        _is(_PREDICTIONS, predictions)
        and _is(_SCORES, model_scores)
        and _is(_EMOJIS, shown)
        and _length(predictions) == _length(model_scores)
    )


def is_valid_feedback(kind: object, emoji: object, source: object) -> bool:
    """Return if a row of ``feedback`` has a known kind and source, and an emoji or none."""
    return (
        kind in tuple(FeedbackKind)
        and source in tuple(FeedbackSource)
        and isinstance(emoji, str)
        and (not emoji or has_emoji_form(emoji))
    )


def is_time(value: object) -> bool:
    """Return if a value of the database is a time; SQLite may hold any text."""
    return _is(_TIME, value)


def _is(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _length(values: object) -> int:
    return len(values) if isinstance(values, Sequence) else 0
