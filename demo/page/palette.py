"""Which emojis may answer."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from model.emoji import TELEGRAM_REACTIONS, canonical, custom_words, emoji_names, is_emoji

LONGEST = 64
"""Characters of a custom emoji with its colons; Discord's have 34 at most."""


class Palette(StrEnum):
    """The choices, as the page words them."""

    ALL = "All emojis"
    TELEGRAM = "Telegram’s 73"
    OWN = "My own choice"


def candidates(palette: str, own: Sequence[str] = ()) -> frozenset[str] | None:
    """Canonical emojis to choose from; None for all, which an empty own choice means too."""
    if palette == Palette.TELEGRAM:
        return frozenset(TELEGRAM_REACTIONS)
    if palette == Palette.OWN:
        return frozenset(filter(None, map(read, own))) or None
    return None


def read(word: str) -> str | None:
    """An emoji, its name, or a custom one as ``:name:``; None for anything else."""
    word = word.strip()
    if named := _by_name().get(word.lower()):
        return named
    if is_emoji(word):
        return canonical(word)
    custom = 2 < len(word) <= LONGEST and word.startswith(":") and word.endswith(":")
    return word if custom and custom_words(word) else None


@cache
def _by_name() -> dict[str, str]:
    return {words[0].lower(): emoji for emoji, words in emoji_names().items()}


def choices(emojis: Sequence[str]) -> list[tuple[str, str]]:
    """What a person searches in, as pairs of words to read and emoji."""
    known = set(emojis)
    return [(f"{e} {words[0]}", e) for e, words in emoji_names().items() if e in known]


def name(emoji: str) -> str:
    """What a screen reader says."""
    words = emoji_names().get(emoji)
    return words[0] if words else custom_words(emoji) or emoji
