"""Labels of other people's classifiers as emojis: ``😂``, ``_red_heart_``, ``:joy:``."""

import re
from collections.abc import Mapping
from functools import cache

import emoji as emoji_package

from model.emoji import canonical, emoji_names, is_emoji

_NUMBERED = re.compile(r"LABEL_(\d+)")


def emoji_of_label(label: str) -> str | None:
    """The canonical emoji that a label stands for; None where it is no emoji."""
    if is_emoji(label):
        return canonical(label)
    named = _by_name().get(_letters(label))
    if named is not None:
        return named
    written = emoji_package.emojize(f":{label.strip(':_ ').lower()}:", language="alias")
    return canonical(written) if is_emoji(written) else None


def label_number(label: str) -> int | None:
    """The number in a label that a library made up, ``LABEL_7``; None for any other."""
    match = _NUMBERED.fullmatch(label)
    return int(match[1]) if match else None


def read_label_mapping(text: str) -> Mapping[int, str]:
    """TweetEval's ``mapping.txt``: number, emoji and name on a line, between tabs."""
    found = {}
    for line in text.splitlines():
        number, *told = line.split("\t")
        known = [e for e in map(emoji_of_label, (each.strip() for each in told)) if e]
        if number.strip().isdecimal() and known:
            found[int(number)] = known[0]
    return found


@cache
def _by_name() -> Mapping[str, str]:
    called = {_letters(words[0].removeprefix("flag:")): e for e, words in emoji_names().items()}
    return called | {_letters(words[0]): e for e, words in emoji_names().items()}


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
