"""A rule as people write it after a command."""

import re

from bot.core.chat_settings.list_types import read_emojis
from bot.core.chat_settings.value_types import Percentage
from bot.core.chat_settings.words import is_word
from bot.core.rules.rule import InvalidRule, Rule
from model.emoji import emoji_spans

_DELIMITED = re.compile(
    r"""(?P<pattern>"[^"]+"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|'[^']+'|‘[^’]+’|/.+/i?)\s+(?P<rest>\S.*)"""
)
MAX_DIGITS = 10
_PERCENTAGE = re.compile(r"(?P<emojis>.*?)\s+(?P<percentage>\d{1,3}(?:[.,]\d+)?\s*%)")


def parse_rule(text: str, topic: str) -> Rule:
    """Read pattern, emojis, and chance and "here" in any order; ``topic`` is its key, or empty.

    Without quotes or slashes, the pattern ends before the first emoji.

    Raises:
        InvalidRule: there is no emoji, or something else beside them.
    """
    if not text.strip():
        raise InvalidRule("rules.usage")
    pattern, rest = _split(" ".join(text.split()))
    rest, is_here = _without_here(rest)
    chance = 1.0
    if found := _PERCENTAGE.fullmatch(rest):
        rest, chance = found["emojis"], _read_chance(found["percentage"])
    if not is_here:
        rest, is_here = _without_here(rest)
    try:
        emojis = tuple(read_emojis(rest))
    except ValueError:
        raise InvalidRule("rules.no_emoji") from None
    return Rule(pattern, emojis, chance, frozenset((topic,)) if is_here and topic else frozenset())


def parse_number(text: str) -> int:
    """Read the number of a rule.

    Raises:
        InvalidRule: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < MAX_DIGITS):
        raise InvalidRule("rules.usage")
    return int(text)


def _split(text: str) -> tuple[str, str]:
    if found := _DELIMITED.fullmatch(text):
        pattern = found["pattern"]
        return pattern if pattern.startswith("/") else pattern[1:-1], found["rest"]
    start = next((start for start, _ in emoji_spans(text) if start), len(text))
    return text[:start], text[start:]


def _without_here(text: str) -> tuple[str, bool]:
    """Return the text without "here" at its end, and whether it was there."""
    words, _, last = text.rpartition(" ")
    return (words, True) if is_word(last, "rules.here") else (text, False)


def _read_chance(text: str) -> float:
    try:
        return Percentage().parse(text, None) or 0.0
    except ValueError:
        raise InvalidRule("rules.chance") from None
