"""The emojis that a visitor allows as candidates."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from model.emoji import (
    TELEGRAM_REACTIONS,
    canonical,
    custom_words,
    emoji_names,
    has_emoji_form,
    is_emoji,
)

MAX_CANDIDATES = 250
"""Emojis of an own choice; the embedding of each custom one is computed."""


class CandidateSet(StrEnum):
    """The candidate sets to choose from; the values are their labels on the page."""

    ALL = "All emojis"
    TELEGRAM = "Telegram’s 73"
    OWN = "My own choice"


def select_candidates(candidate_set: str, own: Sequence[str] = ()) -> frozenset[str] | None:
    """Return canonical candidates; None for all emojis, also if ``own`` is empty."""
    if candidate_set == CandidateSet.TELEGRAM:
        return frozenset(TELEGRAM_REACTIONS)
    if candidate_set == CandidateSet.OWN:
        return frozenset(filter(None, map(parse_emoji, own))) or None
    return None


def parse_emoji(text: str) -> str | None:
    """Parse an emoji, its name, or a custom one as ``:name:``; None for anything else."""
    text = text.strip()
    if named := _by_name().get(text.lower()):
        return named
    if is_emoji(text):
        return canonical(text)
    return text if has_emoji_form(text) and custom_words(text) else None


@cache
def _by_name() -> dict[str, str]:
    return {words[0].lower(): emoji for emoji, words in emoji_names().items()}


def searchable_emojis(emojis: Sequence[str]) -> list[tuple[str, str]]:
    """Return the options of the search field, as pairs of label and emoji."""
    known = set(emojis)
    return [(f"{e} {words[0]}", e) for e, words in emoji_names().items() if e in known]


def accessible_name(emoji: str) -> str:
    """Return the name that screen readers say."""
    words = emoji_names().get(emoji)
    return words[0] if words else custom_words(emoji) or emoji
