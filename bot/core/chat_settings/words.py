"""Words that people write for values, in any of the bot's languages."""

import re
import unicodedata
from decimal import Decimal
from functools import cache

from bot.i18n import LANGUAGES, load_messages

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_ALIASES = {
    "value.on": ("yes", "true"),
    "value.off": ("no", "false"),
    "value.automatic": ("auto",),
}


def plain(text: str) -> str:
    """Return the text in lower case, with simple spaces and dashes."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_DASHES)
    return " ".join(folded.split())


def spaced(text: str) -> str:
    """Return a plain text with spaces in the place of hyphens and underscores."""
    return plain(text).replace("_", " ").replace("-", " ")


def is_word(text: str, *keys: str) -> bool:
    """Return whether the text is one of the i18n texts under ``keys``, in any language."""
    return any(plain(text) in _words(key) for key in keys)


@cache
def _words(key: str) -> frozenset[str]:
    shown = (load_messages(language)[key] for language in LANGUAGES)
    return frozenset(map(plain, (*shown, *_ALIASES.get(key, ()))))


def without_unit(text: str, key: str) -> str:
    """Return what stands for ``{count}`` in the text under ``key``, or the text without a unit."""
    for language in LANGUAGES:
        before, _, after = (
            plain(part) for part in load_messages(language)[key].partition("{count}")
        )
        if before + after and text.startswith(before) and text.endswith(after):
            return text[len(before) : len(text) - len(after)].strip()
    return text


def read_number(text: str) -> Decimal | None:
    """Return the number that a plain text writes, with a decimal point or comma."""
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def write_number(number: Decimal) -> str:
    """Return all digits of a number, without an exponent."""
    return format((number + 0).normalize(), "f")
