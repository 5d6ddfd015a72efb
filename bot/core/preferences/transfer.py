"""The counts of a community as a small JSON document: for backups, and to start another one."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.core.export_files import ExportFileError
from bot.core.preferences.counts import COUNT_NAMES, HALF_LIFE, OUTSIDE_TOP_K, Counts
from model.emoji import has_emoji_form

FORMAT = "emoji-reactor-preferences-1"
MAX_EMOJIS = 5_000
MAX_COUNT = 1e6
"""Largest count that is accepted."""
_DIGITS = 4


def dump_counts(counts: Mapping[str, Counts], now: datetime) -> dict[str, object]:
    """Return counts, decayed to ``now``, as a JSON object that does not name the community."""
    return {
        "format": FORMAT,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "half_life_days": HALF_LIFE.days,
        "emojis": {emoji: _dump(emoji_counts) for emoji, emoji_counts in sorted(counts.items())},
    }


def _dump(counts: Counts) -> dict[str, float]:
    rounded = (round(number, _DIGITS) for number in counts.as_tuple())
    return {name: number for name, number in zip(COUNT_NAMES, rounded, strict=True) if number}


def parse_json(content: bytes) -> object:
    """Parse the content of a file, for ``load_counts``.

    Raises:
        ExportFileError: it is not JSON in UTF-8.
    """
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ExportFileError("it is not JSON in UTF-8") from None


def load_counts(document: object) -> dict[str, Counts]:
    """Return the counts in a document that ``dump_counts`` has written.

    Raises:
        ExportFileError: it is something else; the message names the first fault.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ExportFileError(f'these are no exported preferences: "format" is not "{FORMAT}"')
    emojis = document.get("emojis")
    if not isinstance(emojis, dict) or len(emojis) > MAX_EMOJIS:
        raise ExportFileError(f'"emojis" should be an object of at most {MAX_EMOJIS} emojis')
    return {emoji: _load(emoji, numbers) for emoji, numbers in emojis.items()}


def _load(emoji: object, numbers: object) -> Counts:
    if not isinstance(emoji, str) or (emoji != OUTSIDE_TOP_K and not has_emoji_form(emoji)):
        raise ExportFileError('"emojis" holds a key that is no emoji')
    if not isinstance(numbers, dict):
        raise ExportFileError(f"{emoji}: should be an object of counts")
    for name, number in numbers.items():
        if name not in COUNT_NAMES:
            raise ExportFileError(f"{emoji}: an unknown count; known: {', '.join(COUNT_NAMES)}")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ExportFileError(f"{emoji}: {name} should be a number")
        if not 0 <= number <= MAX_COUNT:
            raise ExportFileError(f"{emoji}: {name} should lie between 0 and {MAX_COUNT:.0f}")
    return Counts(**{name: float(number) for name, number in numbers.items()})
