"""A community's taste as a small JSON document: to keep, to move, to start another one from."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.core.errors import EmojiReactorError
from bot.core.preferences.counts import ELSEWHERE, HALF_LIFE, NAMES, Counts
from model.emoji import is_emoji

FORMAT = "emoji-reactor-taste-1"
MOST_EMOJIS = 5_000
LARGEST = 2**20
"""Bytes of the greatest document that is read."""
MOST = 1e6
"""Greatest count that is believed."""


class TasteFileError(EmojiReactorError):
    """The document is not one that ``write`` has written."""


def write(counts: Mapping[str, Counts], now: datetime) -> dict[str, object]:
    """The counts, faded to ``now``, as JSON knows them; nothing names the community."""
    return {
        "format": FORMAT,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "half_life_days": HALF_LIFE.days,
        "emojis": {
            emoji: {
                name: round(number, 4)
                for name, number in zip(NAMES, each.row(), strict=True)
                if round(number, 4)
            }
            for emoji, each in sorted(counts.items())
        },
    }


def small(size: int | None) -> None:
    """Refuse a document of too many bytes, before it is fetched.

    Raises:
        TasteFileError: it is greater than ``LARGEST``, or nobody knows.
    """
    if size is None or size > LARGEST:
        raise TasteFileError(f"it is larger than {LARGEST // 1024} KiB")


def parse(written: bytes) -> object:
    """What a file holds, for ``read``.

    Raises:
        TasteFileError: it is not JSON in UTF-8.
    """
    try:
        return json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise TasteFileError("it is not JSON in UTF-8") from None


def read(document: object) -> dict[str, Counts]:
    """The counts in a document that ``write`` has written.

    Raises:
        TasteFileError: it is something else; nothing of it is believed.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TasteFileError(f'this is no exported taste: "format" should be "{FORMAT}"')
    emojis = document.get("emojis")
    if not isinstance(emojis, dict) or len(emojis) > MOST_EMOJIS:
        raise TasteFileError(f'"emojis" should be an object of at most {MOST_EMOJIS} emojis')
    return {emoji: _counts(emoji, numbers) for emoji, numbers in emojis.items()}


def _counts(emoji: object, numbers: object) -> Counts:
    if not isinstance(emoji, str) or len(emoji) > 64 or not _known(emoji):
        raise TasteFileError('"emojis" holds a key that is no emoji')
    if not isinstance(numbers, dict):
        raise TasteFileError(f"{emoji}: should be an object of counts")
    for name, number in numbers.items():
        if name not in NAMES:
            raise TasteFileError(f"{emoji}: an unknown count; known: {', '.join(NAMES)}")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TasteFileError(f"{emoji}: {name} should be a number")
        if not 0 <= number <= MOST:
            raise TasteFileError(f"{emoji}: {name} should lie between 0 and {MOST:.0f}")
    return Counts(**{name: float(number) for name, number in numbers.items()})


def _known(emoji: str) -> bool:
    custom = len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":")
    return emoji == ELSEWHERE or custom or is_emoji(emoji)
