"""Parsing of updates, each by itself: one that cannot be read costs no other."""

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache
from telegram import Bot, Update

from bot.adapters.telegram import rich_texts
from bot.core.unicode_repair import repair_json

logger = logging.getLogger(__name__)

MAX_UPDATE_ID = 2**63 - 1
"""The largest number that the database takes."""
MAX_REMEMBERED = 10_000
UNREADABLE = "unreadable_update"
"""The name under which unreadable updates are counted."""
_WITH_ID = frozenset(("chat", "from", "user", "sender_chat", "actor_chat"))
_TYPES: Mapping[str, type] = (
    dict.fromkeys(("message_id", "message_thread_id", "total_count"), int)
    | dict.fromkeys(("text", "caption", "username", "title", "language_code"), str)
    | dict.fromkeys(("emoji", "data", "query", "status"), str)
    | dict.fromkeys(_WITH_ID, dict)
)
_KINDS = frozenset(Update.ALL_TYPES)


@dataclass(frozen=True, slots=True)
class ReceivedUpdate:
    """An update with its number; without content if it could not be read."""

    number: int
    content: Update | None
    fingerprint: int
    """A hash of what was sent."""


class UpdateParser:
    """Parses updates, and counts and logs those that cannot be read, without their texts."""

    def __init__(self, bot: Bot, failures: Counter[str]) -> None:
        """Parse for a bot, and count in ``failures``."""
        self._bot = bot
        self._failures = failures
        self._logged: LRUCache[int, None] = LRUCache(MAX_REMEMBERED)

    def parse(self, payload: object) -> ReceivedUpdate | None:
        """Return an update; None if it has no number by which it could be confirmed."""
        number = _number(payload)
        if number is None or not isinstance(payload, Mapping):
            self._report("without a number", _kind(payload))
            return None
        repaired = repair_json(dict(payload))
        fingerprint = hash(json.dumps(repaired, sort_keys=True, default=str))
        try:
            check_types(repaired)
            content = Update.de_json(repaired, self._bot)  # type: ignore[arg-type]
        except Exception:  # any error of the library; its text may quote a message
            if number not in self._logged:
                self._logged[number] = None
                self._report(str(number), _kind(payload))
            content = None
        return ReceivedUpdate(number, content, fingerprint)

    def parse_batch(self, payload: object) -> Sequence[ReceivedUpdate]:
        """Return the updates of a response in the order of their numbers."""
        if not isinstance(payload, list):
            self._report("without a number", "no list")
            return ()
        parsed = [update for item in payload if (update := self.parse(item)) is not None]
        return sorted(parsed, key=lambda update: update.number)

    def _report(self, number: str, kind: str) -> None:
        self._failures[UNREADABLE] += 1
        logger.warning("Telegram update %s (%s) cannot be read and is passed over", number, kind)


def check_types(payload: object) -> None:
    """Check the types of the fields that the bot uses, which the library takes as they come.

    Raises:
        TypeError: one has another type than the Bot API says.
    """
    for key, value in payload.items() if isinstance(payload, Mapping) else ():
        if key == rich_texts.FIELD:  # other types by the same names, which are checked when read
            continue
        if type(value) is not _TYPES.get(key, type(value)):
            raise TypeError(key)
        if isinstance(value, dict) and key in _WITH_ID and type(value.get("id")) is not int:
            raise TypeError(key)
        for item in value if isinstance(value, list) else [value]:
            check_types(item)


def _number(payload: object) -> int | None:
    number = payload.get("update_id") if isinstance(payload, Mapping) else None
    if type(number) is not int or not 0 <= number <= MAX_UPDATE_ID:
        return None
    return number


def _kind(payload: object) -> str:
    """Return the kind of an update, by a name of the library's list alone."""
    keys = payload.keys() if isinstance(payload, Mapping) else ()
    return next((key for key in keys if key in _KINDS), "unknown kind")
