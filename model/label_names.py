"""Emojis of the labels of foreign classifiers: ``😂``, ``_red_heart_``, ``:joy:``."""

import re
from collections.abc import Mapping
from functools import cache

import emoji as emoji_package

from model.emoji import canonical, emoji_names, is_emoji

_NUMBERED = re.compile(r"LABEL_(\d+)")


def emoji_of_label(label: str) -> str | None:
    """Return the canonical emoji that a label stands for; None if it is no emoji."""
    if is_emoji(label):
        return canonical(label)
    by_name = _emojis_by_name().get(_letters(label))
    if by_name is not None:
        return by_name
    by_alias = emoji_package.emojize(f":{label.strip(':_ ').lower()}:", language="alias")
    return canonical(by_alias) if is_emoji(by_alias) else None


def label_number(label: str) -> int | None:
    """Return the number in transformers' default label ``LABEL_7``; None for any other label."""
    match = _NUMBERED.fullmatch(label)
    return int(match[1]) if match else None


def read_label_mapping(text: str) -> Mapping[int, str]:
    """Read TweetEval's ``mapping.txt``: number, emoji and name on a line, between tabs."""
    mapping = {}
    for line in text.splitlines():
        number, *labels = line.split("\t")
        emojis = [e for e in map(emoji_of_label, (label.strip() for label in labels)) if e]
        if number.strip().isdecimal() and emojis:
            mapping[int(number)] = emojis[0]
    return mapping


@cache
def _emojis_by_name() -> Mapping[str, str]:
    flags = {_letters(words[0].removeprefix("flag:")): e for e, words in emoji_names().items()}
    return flags | {_letters(words[0]): e for e, words in emoji_names().items()}


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
