"""The canonical form of an emoji, and what each one is called."""

import json
import re
from collections.abc import Iterable, Mapping
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
def names() -> Mapping[str, tuple[str, ...]]:
    """Canonical emoji -> its English name and keywords, the name first.

    Every fully-qualified emoji of Unicode 17 in canonical form, in CLDR order; from CLDR 48's
    English annotations (Unicode licence v3), built by ``tools/build_emoji_names.py``.
    """
    text = files("model").joinpath("emoji_names.json").read_text(encoding="utf-8")
    return {emoji: tuple(words) for emoji, words in json.loads(text).items()}


def is_emoji(text: str) -> bool:
    """Whether the text is one Unicode emoji, in any of its variants."""
    return canonical(text) in names()


@cache
def _inline_pattern() -> re.Pattern[str]:
    # Longest first, so that a family is not read as its members. Digits, # and * start keycaps.
    known = sorted(names(), key=len, reverse=True)
    sequences = (
        "".join(re.escape(c) + "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*" for c in e) for e in known
    )
    starts = "".join(sorted({re.escape(e[0]) for e in known}))
    return re.compile(f"(?=[{starts}])(?:{'|'.join(sequences)})(?:\u200d[\u2640\u2642]\ufe0f?)?")


def find_emojis(text: str) -> list[str]:
    """The emojis inside a text, canonical, in order of appearance, repeats included."""
    return [canonical(match) for match in _inline_pattern().findall(text)]


def emoji_spans(text: str) -> list[tuple[int, int]]:
    """Where the emojis inside a text begin and end, as they are written there."""
    return [match.span() for match in _inline_pattern().finditer(text)]


def canonical_set(emojis: Iterable[str]) -> frozenset[str]:
    """Canonical forms of many emojis; ``:name:`` custom ones stay as they are."""
    return frozenset(e if e.startswith(":") else canonical(e) for e in emojis)


def custom_words(name: str) -> str:
    """The words in a custom emoji's name: ``:blob_waveHello2:`` -> ``blob wave hello``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name)
    return " ".join(spaced.split()).lower()
