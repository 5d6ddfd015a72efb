"""Canonical form, names and custom emojis."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NewType

ChosenEmoji = NewType("ChosenEmoji", str)
"""An emoji that a person chose and that ``parse_choice`` accepted: never free text."""

VARIATION_SELECTOR = "\ufe0f"
_INVISIBLE_VARIANT = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_GENDER = re.compile("\u200d[\u2640\u2642]$")
_CUSTOM = re.compile(":[A-Za-z0-9_]{2,32}:")  # as Discord names them

# The 73 emojis with which a Telegram bot may react, in the form that the Bot API stores
# (telegram.constants.ReactionEmoji): most without U+FE0F, some with it.
_TELEGRAM = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤️\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 "
    "👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 "
    "🙊 😎 👾 🤷\u200d♂️ 🤷 🤷\u200d♀️ 😡"
)


def canonical(emoji: str) -> str:
    """Fold the variants of one emoji: no U+FE0F, no skin tone, no trailing gender.

    Idempotent. Text that is no emoji is returned without those marks; see ``is_emoji``.
    """
    return _GENDER.sub("", _INVISIBLE_VARIANT.sub("", emoji))


def _telegram_reactions() -> dict[str, str]:
    stored: dict[str, str] = {}
    for emoji in _TELEGRAM.split():
        # 🤷, 🤷‍♂️ and 🤷‍♀️ fold into one: the neutral form is stored.
        if canonical(emoji) not in stored or canonical(emoji) == emoji:
            stored[canonical(emoji)] = emoji
    return stored


TELEGRAM_REACTIONS: Mapping[str, str] = _telegram_reactions()
"""Canonical emoji -> the form that the Bot API accepts."""


@cache
def emoji_names() -> Mapping[str, tuple[str, ...]]:
    """Return canonical emoji -> its English name and keywords, the name first.

    Every fully-qualified emoji of Unicode 17 in canonical form, in CLDR order; from CLDR 48's
    English annotations (Unicode licence v3), built by ``tools/build_emoji_names.py``.
    """
    text = files("model").joinpath("emoji_names.json").read_text(encoding="utf-8")
    return {emoji: tuple(words) for emoji, words in json.loads(text).items()}


def is_emoji(text: str) -> bool:
    """Return True if the text is one Unicode emoji, in any of its variants."""
    return canonical(text) in emoji_names()


# First characters of emojis; digits, # and * start keycaps. A class of the 1,400 exact characters
# would be searched one by one, as Python has no table for those beyond U+FFFF.
_FIRST_CHARACTER = re.compile("[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]")


@cache
def _by_first_character() -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for emoji in emoji_names():
        grouped.setdefault(emoji[0], []).append(emoji)
    # Longest first, so that a family is not read as its members.
    return {first: tuple(sorted(e, key=len, reverse=True)) for first, e in grouped.items()}


@cache
def _beginning_with(first: str) -> re.Pattern[str] | None:
    """Return a pattern of the emojis that begin with a character; None if there are none."""
    known = _by_first_character().get(first)
    if known is None:
        return None
    sequences = (
        "".join(re.escape(c) + "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*" for c in e) for e in known
    )
    return re.compile(f"(?:{'|'.join(sequences)})(?:\u200d[\u2640\u2642]\ufe0f?)?")


def _matches(text: str) -> Iterator[re.Match[str]]:
    # A single pattern of all emojis would try two thousand of them at each first character.
    start = _FIRST_CHARACTER.search(text)
    while start:
        pattern = _beginning_with(start[0])
        match = pattern.match(text, start.start()) if pattern else None
        if match:
            yield match
        start = _FIRST_CHARACTER.search(text, (match or start).end())


def find_emojis(text: str) -> list[str]:
    """Return the emojis inside a text, canonical, in order, repeats included."""
    return [canonical(match[0]) for match in _matches(text)]


def emoji_spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each emoji inside a text, variants included."""
    return [match.span() for match in _matches(text)]


def canonical_set(emojis: Iterable[str]) -> frozenset[str]:
    """Return the canonical forms; custom emojis stay as they are."""
    return frozenset(e if is_custom_emoji(e) else canonical(e) for e in emojis)


def is_custom_emoji(emoji: str) -> bool:
    """Return True for a custom emoji, written ``:name:``."""
    return emoji.startswith(":")


def has_emoji_form(text: str) -> bool:
    """Return if a text is one canonical Unicode emoji, or has the form of a custom one."""
    return text in emoji_names() or _CUSTOM.fullmatch(text) is not None


def parse_choice(text: str, known: Collection[str] = ()) -> ChosenEmoji | None:
    """Return the emoji that a person chose, canonical; None for any other text.

    ``known`` are the emojis that may be chosen besides those of Unicode: what was shown, and the
    custom emojis of the community.
    """
    if text in known and has_emoji_form(text):
        return ChosenEmoji(text)
    return ChosenEmoji(canonical(text)) if is_emoji(text) else None


def custom_words(name: str) -> str:
    """Return the words of a custom emoji's name: ``:blob_waveHello2:`` -> ``blob wave hello``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name)
    return " ".join(spaced.split()).lower()
