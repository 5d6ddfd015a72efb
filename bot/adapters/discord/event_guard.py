"""Events of the gateway, each parsed by itself: a malformed one does not cost the session."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import discord

from bot.core.unicode_repair import repair_json

logger = logging.getLogger(__name__)

_SESSION_EVENTS = frozenset(("READY", "RESUMED"))
"""Without these there is no session to keep."""
_OPTIONAL_GUILD_LISTS = (
    "emojis",
    "stickers",
    "threads",
    "presences",
    "voice_states",
    "stage_instances",
    "soundboard_sounds",
    "guild_scheduled_events",
)

Parser = Callable[[Any], None]


def parse_json(text: str | bytes | bytearray | memoryview) -> Any:  # noqa: ANN401 - any JSON value
    """Parse JSON with lone surrogates and NUL replaced, which encoders and databases refuse.

    discord.py would use orjson if it is installed, which refuses the whole text.
    """
    return repair_json(json.loads(bytes(text) if isinstance(text, memoryview) else text))


def install_json_parser() -> None:
    """Make discord.py parse all that it receives by ``parse_json``."""
    discord.utils._from_json = parse_json


class EventGuard:
    """Passes over events that discord.py cannot parse; they are counted and logged by kind."""

    def __init__(self) -> None:
        """Start at zero."""
        self.counts: Counter[str] = Counter()
        """Malformed events since the start, by kind."""

    def install(self, parsers: dict[str, Parser]) -> None:
        """Guard the parsers of a connection."""
        for kind, parser in list(parsers.items()):
            if kind == "GUILD_CREATE":
                parsers[kind] = partial(self._parse_guild, parser)
            elif kind not in _SESSION_EVENTS:
                parsers[kind] = partial(self._parse, kind, parser)

    def _parse(self, kind: str, parser: Parser, data: object) -> None:
        try:
            parser(data)
        except Exception:  # any error of the library; its text may quote a message
            self._report(kind, data)

    def _parse_guild(self, parser: Parser, data: object) -> None:
        """Parse a server, if need be without the parts that are malformed."""
        try:
            parser(data)
        except Exception:
            self._parse("GUILD_CREATE in part", parser, _pruned(data))
            self._report("GUILD_CREATE", data)

    def _report(self, kind: str, data: object) -> None:
        self.counts[kind] += 1
        logger.warning(
            "Discord event %s (%s) is malformed: what cannot be read is passed over",
            kind,
            _id_of(data),
        )


def _id_of(data: object) -> str:
    """Return the id in an event; anything but a number might be text."""
    found = data.get("id") if isinstance(data, Mapping) else None
    return found if isinstance(found, str) and found.isdecimal() else "no id"


def _pruned(data: object) -> object:
    """Return a server without optional lists, and without members of others that have no id."""
    if not isinstance(data, Mapping):
        return data
    pruned = {**data} | {name: [] for name in _OPTIONAL_GUILD_LISTS if name in data}
    for name in ("channels", "roles", "members"):
        items = data.get(name)
        pruned[name] = [e for e in items if _is_sound(name, e)] if isinstance(items, list) else []
    return pruned


def _is_sound(name: str, item: object) -> bool:
    if not isinstance(item, Mapping):
        return False
    if name == "members":
        item = item.get("user")
    return _id_of(item) != "no id" and _has_sound_fields(name, item)


def _has_sound_fields(name: str, item: object) -> bool:
    if not isinstance(item, Mapping):
        return False
    match name:
        case "channels":
            overwrites = item.get("permission_overwrites", [])
            return (
                isinstance(item.get("type"), int)
                and isinstance(item.get("name"), str)
                and isinstance(overwrites, list)
                and all(_id_of(each) != "no id" for each in overwrites)
            )
        case "roles":
            return str(item.get("permissions", "")).isdecimal()
        case _:
            return True
