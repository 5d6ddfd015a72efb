"""The canonical form of an emoji, and what each one is called."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

VARIATION_SELECTOR = "\ufe0f"
_INVISIBLE_VARIANT = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_GENDER = re.compile("\u200d[\u2640\u2642]$")

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

    Idempotent. Text that is no emoji comes back without those marks; ask ``is_emoji``.
    """
    return _GENDER.sub("", _INVISIBLE_VARIANT.sub("", emoji))


def _telegram_reactions() -> dict[str, str]:
    stored: dict[str, str] = {}
    for emoji in _TELEGRAM.split():
        # 🤷, 🤷‍♂️ and 🤷‍♀️ fold into one: the neutral form speaks for the three.
        if canonical(emoji) not in stored or canonical(emoji) == emoji:
            stored[canonical(emoji)] = emoji
    return stored


TELEGRAM_REACTIONS: Mapping[str, str] = _telegram_reactions()
"""Canonical emoji -> the form that Telegram wants."""


@cache
def emoji_names() -> Mapping[str, tuple[str, ...]]:
    """Canonical emoji -> its English name and keywords, the name first.

    Every fully-qualified emoji of Unicode 17 in canonical form, in CLDR order; from CLDR 48's
    English annotations (Unicode licence v3), built by ``tools/build_emoji_names.py``.
    """
    text = files("model").joinpath("emoji_names.json").read_text(encoding="utf-8")
    return {emoji: tuple(words) for emoji, words in json.loads(text).items()}


def is_emoji(text: str) -> bool:
    """Whether the text is one Unicode emoji, in any of its variants."""
    return canonical(text) in emoji_names()


# Where one may begin; digits, # and * start keycaps. A class of the 1,400 exact characters would
# be searched one by one, as Python has no table for those beyond U+FFFF.
_MAY_BEGIN = re.compile("[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]")


@cache
def _by_first_character() -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for emoji in emoji_names():
        grouped.setdefault(emoji[0], []).append(emoji)
    # Longest first, so that a family is not read as its members.
    return {first: tuple(sorted(e, key=len, reverse=True)) for first, e in grouped.items()}


@cache
def _beginning_with(first: str) -> re.Pattern[str] | None:
    """The emojis that begin with a character, in all their variants; None where there are none."""
    known = _by_first_character().get(first)
    if known is None:
        return None
    sequences = (
        "".join(re.escape(c) + "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*" for c in e) for e in known
    )
    return re.compile(f"(?:{'|'.join(sequences)})(?:\u200d[\u2640\u2642]\ufe0f?)?")


def _matches(text: str) -> Iterator[re.Match[str]]:
    """One pattern of all emojis would try two thousand of them wherever one may begin."""
    start = _MAY_BEGIN.search(text)
    while start:
        pattern = _beginning_with(start[0])
        match = pattern.match(text, start.start()) if pattern else None
        if match:
            yield match
        start = _MAY_BEGIN.search(text, (match or start).end())


def find_emojis(text: str) -> list[str]:
    """The emojis inside a text, canonical, in order of appearance, repeats included."""
    return [canonical(match[0]) for match in _matches(text)]


def emoji_spans(text: str) -> list[tuple[int, int]]:
    """Where the emojis inside a text begin and end, as they are written there."""
    return [match.span() for match in _matches(text)]


def canonical_set(emojis: Iterable[str]) -> frozenset[str]:
    """Canonical forms of many emojis; ``:name:`` custom ones stay as they are."""
    return frozenset(e if is_custom_emoji(e) else canonical(e) for e in emojis)


def is_custom_emoji(emoji: str) -> bool:
    """Whether it is a community's own emoji, written ``:name:``."""
    return emoji.startswith(":")


def custom_words(name: str) -> str:
    """The words in a custom emoji's name: ``:blob_waveHello2:`` -> ``blob wave hello``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name)
    return " ".join(spaced.split()).lower()
