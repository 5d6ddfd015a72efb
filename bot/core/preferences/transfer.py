"""A community's taste as a small JSON document: to keep, to move, to start another one from."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.core.errors import EmojiReactorError
from bot.core.preferences.counts import COUNT_NAMES, HALF_LIFE, OUTSIDE_TOP_K, Counts
from model.emoji import is_emoji

FORMAT = "emoji-reactor-taste-1"
MAX_EMOJIS = 5_000
MAX_BYTES = 2**20
"""Bytes of the greatest document that is read."""
MAX_COUNT = 1e6
"""Greatest count that is believed."""


class PreferenceFileError(EmojiReactorError):
    """The document is not one that ``write`` has written."""


def dump_counts(counts: Mapping[str, Counts], now: datetime) -> dict[str, object]:
    """The counts, faded to ``now``, as JSON knows them; nothing names the community."""
    return {
        "format": FORMAT,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "half_life_days": HALF_LIFE.days,
        "emojis": {
            emoji: {
                name: round(number, 4)
                for name, number in zip(COUNT_NAMES, each.as_tuple(), strict=True)
                if round(number, 4)
            }
            for emoji, each in sorted(counts.items())
        },
    }


def check_size(size: int | None) -> None:
    """Refuse a document of too many bytes, before it is fetched.

    Raises:
        TasteFileError: it is greater than ``LARGEST``, or nobody knows.
    """
    if size is None or size > MAX_BYTES:
        raise PreferenceFileError(f"it is larger than {MAX_BYTES // 1024} KiB")


def parse_json(written: bytes) -> object:
    """What a file holds, for ``read``.

    Raises:
        TasteFileError: it is not JSON in UTF-8.
    """
    try:
        return json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise PreferenceFileError("it is not JSON in UTF-8") from None


def load_counts(document: object) -> dict[str, Counts]:
    """The counts in a document that ``write`` has written.

    Raises:
        TasteFileError: it is something else; nothing of it is believed.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PreferenceFileError(f'this is no exported taste: "format" should be "{FORMAT}"')
    emojis = document.get("emojis")
    if not isinstance(emojis, dict) or len(emojis) > MAX_EMOJIS:
        raise PreferenceFileError(f'"emojis" should be an object of at most {MAX_EMOJIS} emojis')
    return {emoji: _counts(emoji, numbers) for emoji, numbers in emojis.items()}


def _counts(emoji: object, numbers: object) -> Counts:
    if not isinstance(emoji, str) or len(emoji) > 64 or not _known(emoji):
        raise PreferenceFileError('"emojis" holds a key that is no emoji')
    if not isinstance(numbers, dict):
        raise PreferenceFileError(f"{emoji}: should be an object of counts")
    for name, number in numbers.items():
        if name not in COUNT_NAMES:
            raise PreferenceFileError(f"{emoji}: an unknown count; known: {', '.join(COUNT_NAMES)}")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise PreferenceFileError(f"{emoji}: {name} should be a number")
        if not 0 <= number <= MAX_COUNT:
            raise PreferenceFileError(f"{emoji}: {name} should lie between 0 and {MAX_COUNT:.0f}")
    return Counts(**{name: float(number) for name, number in numbers.items()})


def _known(emoji: str) -> bool:
    custom = len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":")
    return emoji == OUTSIDE_TOP_K or custom or is_emoji(emoji)
