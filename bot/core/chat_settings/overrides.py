"""Overrides: values that a community or chat has stored in place of the defaults."""

import json
import logging
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import get_type_hints

from pydantic import TypeAdapter

from bot.core.chat_settings.schema import ChatSettings

logger = logging.getLogger(__name__)

_TYPES = get_type_hints(ChatSettings, include_extras=True)
KEYS = tuple(sorted((f.name for f in fields(ChatSettings)), key=lambda name: name != "enabled"))
"""Names of the settings; the main switch leads."""

_ADAPTERS: Mapping[str, TypeAdapter[object]] = {key: TypeAdapter(_TYPES[key]) for key in KEYS}


def apply_override(settings: ChatSettings, key: str, value: object) -> ChatSettings:
    """Return the settings with one stored value, as JSON has it.

    Raises:
        KeyError: no such setting.
        ValueError: the value is of the wrong type or out of range.
    """
    # JSON's strict rules: a list is a set, but neither a text nor a truth value is a number.
    valid = _ADAPTERS[key].validate_json(json.dumps(value), strict=True)
    changes: dict[str, object] = {key: valid}
    return replace(settings, **changes)  # type: ignore[arg-type]  # the adapter gives each its type


def apply_overrides(settings: ChatSettings, stored: Mapping[str, object]) -> ChatSettings:
    """Return the settings with all stored values that are valid; skip unknown and invalid ones."""
    for key, value in stored.items():
        if key not in _ADAPTERS:
            continue
        try:
            settings = apply_override(settings, key, value)
        except ValueError:
            logger.warning("skipping the stored chat setting %s: its value is not valid", key)
    return settings
