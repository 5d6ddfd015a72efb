"""What a community or chat chose for itself, from stored keys and values to settings."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.messages.policy import ChatSettings, Mode

logger = logging.getLogger(__name__)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("should be a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("should be a whole number")
    return value


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("should be a list of texts")
    return frozenset(value)


def _texts_or_all(value: object) -> frozenset[str] | None:
    return None if value is None else _texts(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("should be a text")
    return value


def _number_or_none(value: object) -> float | None:
    return None if value is None else _number(value)


def _whole_or_none(value: object) -> int | None:
    return None if value is None else _whole(value)


def _quiet_hours(value: object) -> QuietHours | None:
    return None if value is None else QuietHours.parse(_text(value))


def _mode(value: object) -> Mode:
    return Mode(str(value))


_PARSERS: Mapping[str, Callable[[object], object]] = {
    "enabled": _flag,
    "mode": _mode,
    "chance": _number,
    "cooldown": _number,
    "per_minute": _whole_or_none,
    "threshold": _number_or_none,
    "aim": _number_or_none,
    "second_choices": _number,
    "reactions_per_message": _whole,
    "emoji_allow": _texts_or_all,
    "emoji_deny": _texts,
    "chat_allow": _texts_or_all,
    "chat_deny": _texts,
    "role_deny": _texts,
    "quiet_hours": _quiet_hours,
    "language": _text,
}

KEYS = tuple(_PARSERS)
"""What a community or chat can choose, by the names of ``ChatSettings``' fields."""


def apply_override(settings: ChatSettings, key: str, value: object) -> ChatSettings:
    """The settings with one stored value in place.

    Raises:
        KeyError: no such setting of a chat.
        ValueError: the value is of the wrong type or out of range.
    """
    changes: dict[str, object] = {key: _PARSERS[key](value)}
    return replace(settings, **changes)  # type: ignore[arg-type]  # _PARSERS gives each its type


def apply_overrides(settings: ChatSettings, stored: Mapping[str, object]) -> ChatSettings:
    """The settings with every stored value that is sound; another version's are passed over."""
    for key, value in stored.items():
        if key not in _PARSERS:
            continue
        try:
            settings = apply_override(settings, key, value)
        except ValueError as error:
            logger.warning("a stored chat setting is passed over: %s: %s", key, error)
    return settings
