"""Localized messages, by key and language, for all platforms.

A key is the dotted path of a message in the TOML file of a language, such as ``forget.done``.
Messages have no markup of a platform; braces are placeholders of values. They are worded so that
no plural forms are needed.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

FALLBACK = "en"
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ru": "Русский",
    "es": "Español",
    "de": "Deutsch",
}
"""BCP 47 tag -> the language's own name."""

TERMS_VERSION = "2026-11"
"""Version of ``consent.terms`` and ``personal.terms``; must change with them."""


def supported_language(tag: str | None) -> str:
    """Return the language of ``LANGUAGES`` for a BCP 47 tag such as ``de-AT``, else English."""
    base = (tag or FALLBACK).replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else FALLBACK


def localize(key: str, tag: str | None, **values: object) -> str:
    """Return the message in the language of ``tag``, with its placeholders filled.

    Raises:
        KeyError: there is no such message, or a value is missing.
    """
    messages = load_messages(supported_language(tag))
    message = messages[key] if key in messages else load_messages(FALLBACK)[key]
    return message.format_map(values).strip()


@cache
def load_messages(language: str) -> Mapping[str, str]:
    """Return all messages of a language of ``LANGUAGES`` by key, placeholders unfilled."""
    file = files(__package__) / f"{language}.toml"
    return dict(_flatten(tomllib.loads(file.read_text(encoding="utf-8"))))


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
