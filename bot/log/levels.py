"""Levels of the log, for all of the program and for areas of it."""

import logging
from collections.abc import Mapping
from types import MappingProxyType

OWN_PACKAGES = ("bot", "demo", "model")
LEVELS = ("debug", "info", "warning", "error")
AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "discord": ("bot.adapters.discord", "bot.core.messages.silence.discord"),
        "telegram": ("bot.adapters.telegram", "bot.core.messages.silence.telegram"),
        "matrix": ("bot.adapters.matrix", "bot.core.messages.silence.matrix"),
        "web": ("bot.adapters.web", "demo"),
        "messages": ("bot.core",),
        "model": ("bot.serving", "model"),
        "database": ("bot.database",),
        "backup": ("bot.backup",),
        "operations": ("bot.operations",),
    }
)
"""Areas that can have levels of their own -> their loggers.

The lines about a platform's messages come from the core, and belong to the platform first.
"""


def set_levels(level: str, levels: Mapping[str, str]) -> None:
    """Set the level of the program, and other ones of areas; earlier ones are forgotten."""
    for names in AREAS.values():
        for name in names:
            logging.getLogger(name).setLevel(logging.NOTSET)
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(level.upper())
    for area, its_level in levels.items():
        for name in AREAS[area]:
            logging.getLogger(name).setLevel(its_level.upper())


def is_debugging(name: str = "bot") -> bool:
    """Return whether debug lines of the program, or of one logger, are written."""
    return logging.getLogger(name).isEnabledFor(logging.DEBUG)
