"""Settings as people write and read them on Discord."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import discord

from bot.adapters.discord.emojis import to_wire
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.i18n import LANGUAGES, localize
from model.emoji import find_emojis

EMOJI_LISTS = ("emoji_allow", "emoji_deny")
CHAT_LISTS = ("chat_allow", "chat_deny")
LISTS = (*EMOJI_LISTS, *CHAT_LISTS, "role_deny")
_UNLESS_SET = {"emoji_allow": "all", "chat_allow": "all"}
_ON = frozenset(("on", "yes", "true"))
_OFF = frozenset(("off", "no", "false"))
_OWN = re.compile(r"<a?:(?P<whole>\w+):\d+>|:(?P<name>\w+):")
"""Some clients send a server's own emoji by its name alone."""

_CHANGE = re.compile(r"([+-]?)\s*(.+)", re.DOTALL)


def read(key: str, written: str, now: ChatSettings) -> object:
    """The value to store for what somebody wrote.

    A list that starts with + or - adds to what holds ``now`` or takes from it.

    Raises:
        ValueError: it cannot be read; the words say how it should be.
    """
    text = written.strip()
    return _read_list(key, text, now) if key in LISTS else _READERS[key](text)


def show(key: str, settings: ChatSettings, language: str, guild: discord.Guild | None) -> str:
    """A setting's value as people read it."""
    value = getattr(settings, key)
    if key in LISTS:
        return _show_list(key, value, language, guild)
    return _SHOWN[key](value, language) if value is not None else localize(_UNSET[key], language)


def propose(key: str) -> tuple[str, ...]:
    """Values from which people often choose."""
    return _PROPOSALS.get(key, ())


def _percent(value: float, _language: str) -> str:
    return f"{value * 100:g} %"


_SHOWN: Mapping[str, Callable[[Any, str], str]] = {
    "enabled": lambda value, language: localize("value.on" if value else "value.off", language),
    "mode": lambda value, language: localize(f"mode.{value}", language),
    "chance": _percent,
    "cooldown_seconds": lambda value, language: localize(
        "value.seconds", language, count=f"{value:g}"
    ),
    "max_per_minute": lambda value, language: localize("value.a_minute", language, count=value),
    "confidence_threshold": _percent,
    "target_acceptance": _percent,
    "exploration_rate": _percent,
    "max_per_message": lambda value, _: str(value),
    "quiet_hours": lambda value, _: str(value),
    "language": lambda value, _: LANGUAGES.get(value, value),
}
_UNSET = {
    "max_per_minute": "value.unlimited",
    "confidence_threshold": "value.automatic",
    "target_acceptance": "value.none",
    "quiet_hours": "value.none",
}


_PROPOSALS: Mapping[str, tuple[str, ...]] = {
    "enabled": ("on", "off"),
    "mode": tuple(Mode),
    "chance": ("100 %", "50 %", "25 %", "10 %", "5 %"),
    "cooldown_seconds": ("0", "10", "30", "60", "300", "900"),
    "max_per_minute": ("1", "3", "5", "10", "20", "unlimited"),
    "confidence_threshold": ("automatic", "10 %", "20 %", "30 %", "50 %"),
    "target_acceptance": ("none", "50 %", "60 %", "70 %", "80 %", "90 %"),
    "exploration_rate": ("0 %", "2 %", "5 %", "10 %"),
    "max_per_message": ("1", "2", "3", "4", "5"),
    "quiet_hours": ("none", "22:00-07:00 UTC", "23:00-06:00 UTC"),
    "language": tuple(LANGUAGES),
}


def _flag(text: str) -> bool:
    if text.lower() in _ON | _OFF:
        return text.lower() in _ON
    raise ValueError("should be on or off")


def _mode(text: str) -> str:
    if text.lower() not in tuple(Mode):
        raise ValueError(f"should be {', '.join(Mode)}")
    return text.lower()


def _share(text: str) -> float:
    number = _number(text.removesuffix("%"))
    return number / 100 if text.endswith("%") or number > 1 else number


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError("should be a number") from None


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("should be a whole number")
    return int(text)


def _language(text: str) -> str:
    if text.lower() not in LANGUAGES:
        raise ValueError(f"should be {', '.join(LANGUAGES)}")
    return text.lower()


def _unless(word: str, reader: Callable[[str], object]) -> Callable[[str], object]:
    """None for the word, what the reader says for anything else."""
    return lambda text: None if text.lower() == word else reader(text)


_READERS: Mapping[str, Callable[[str], object]] = {
    "enabled": _flag,
    "mode": _mode,
    "chance": _share,
    "cooldown_seconds": _number,
    "max_per_minute": _unless("unlimited", _whole),
    "confidence_threshold": _unless("automatic", _share),
    "target_acceptance": _unless("none", _share),
    "exploration_rate": _share,
    "max_per_message": _whole,
    "quiet_hours": _unless("none", str),
    "language": _language,
}


def _read_list(key: str, text: str, now: ChatSettings) -> list[str] | None:
    if text.lower() in ("all", "none"):
        every = text.lower() == "all"
        if every and key not in _UNLESS_SET:
            raise ValueError("should be a list, or none")
        return None if every else []
    found = _CHANGE.fullmatch(text)
    if found is None:
        raise ValueError("should be a list")
    items = set(_emojis(found[2]) if key in EMOJI_LISTS else _ids(key, found[2]))
    held = set(getattr(now, key) or ())
    match found[1]:
        case "+":
            return sorted(held | items)
        case "-":
            left = sorted(held - items)
            return None if not left and key in _UNLESS_SET else left
        case _:
            return sorted(items)


def _emojis(text: str) -> list[str]:
    own = [f":{each['whole'] or each['name']}:" for each in _OWN.finditer(text)]
    found = [*own, *find_emojis(_OWN.sub(" ", text))]
    if not found:
        raise ValueError("should hold emojis")
    return found


def _ids(key: str, text: str) -> list[str]:
    sign = "@&" if key == "role_deny" else "#"
    tokens = re.split(r"[\s,]+", re.sub(r">\s*<", "> <", text.strip()))
    found = [re.fullmatch(rf"<{sign}(\d+)>|(\d+)", token) for token in tokens]
    if not all(found):
        raise ValueError("should name roles, as @role" if sign == "@&" else "should name #channels")
    return [each[1] or each[2] for each in found if each]


def _show_list(
    key: str, value: frozenset[str] | None, language: str, guild: discord.Guild | None
) -> str:
    if value is None:
        return localize("value.all", language)
    if not value:
        return localize("value.none", language)
    if key in EMOJI_LISTS:
        return " ".join(str(to_wire(each, guild) or each) for each in sorted(value))
    sign = "@&" if key == "role_deny" else "#"
    return " ".join(f"<{sign}{each}>" for each in sorted(value))
