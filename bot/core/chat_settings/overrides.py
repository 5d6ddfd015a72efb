"""Overrides: values that a community or chat has stored in place of the defaults."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.core.chat_settings.schema import ChatSettings, GravityMode
from bot.core.chat_settings.setting import SETTINGS

logger = logging.getLogger(__name__)


def apply_override(settings: ChatSettings, key: str, value: object) -> ChatSettings:
    """Return the settings with one stored value, as JSON has it.

    Raises:
        KeyError: no such setting.
        ValueError: the value is of the wrong type or out of range.
    """
    return _with_values(settings, {key: SETTINGS[key].validate(value)})


def apply_overrides(settings: ChatSettings, stored: Mapping[str, object]) -> ChatSettings:
    """Return the settings with all stored values that are valid; skip unknown and invalid ones.

    Quiet hours in a time zone that cannot be read are kept: they hold at every hour.
    """
    valid: dict[str, object] = {}
    for key, value in stored.items():
        if key not in SETTINGS:
            continue
        try:
            valid[key] = SETTINGS[key].restore(value)
        except ValueError:
            logger.warning("skipping the stored chat setting %s: its value is not valid", key)
    return _with_values(settings, valid) if valid else settings


def _with_values(settings: ChatSettings, values: dict[str, object]) -> ChatSettings:
    if settings.gravity is GravityMode.STRICT:
        values = values | {"gravity": GravityMode.STRICT}  # an override may not be looser
    return replace(settings, **values)  # type: ignore[arg-type]  # each was validated
