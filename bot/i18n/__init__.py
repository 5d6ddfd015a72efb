"""What the bot says to people, by key and language; both platforms say the same words.

A key is the dotted path of a text in the TOML file of a language, such as ``forget.done``. Texts
are plain, without any platform's markup; values stand in braces. They are worded so that no
number changes the words around it.
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
"""BCP 47 -> the language's own name."""

TERMS_VERSION = "2026-11"
"""Of ``consent.terms``: it changes whenever what members agree to does."""


def supported_language(wanted: str | None) -> str:
    """The language of ``LANGUAGES`` for a BCP 47 tag such as ``de-AT``; English for others."""
    base = (wanted or FALLBACK).replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else FALLBACK


def localize(key: str, wanted: str | None, **values: object) -> str:
    """The text in the wanted language, in English where that has none.

    Raises:
        KeyError: no such text, or a value that it needs is missing.
    """
    spoken = load_messages(supported_language(wanted))
    text = spoken[key] if key in spoken else load_messages(FALLBACK)[key]
    return text.format_map(values).strip()


@cache
def load_messages(name: str) -> Mapping[str, str]:
    """Every text of one language of ``LANGUAGES`` by its key, its braces unfilled."""
    file = files(__package__) / f"{name}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
