"""Texts that should get no reaction, such as commands and bare numbers."""

import re

_COMMAND = re.compile(r"(?:[!?$%&+.]{1,2}|;;)[a-z][\w-]*(?:\s|$)")
"""The start of a command to a bot in lower case, such as ``!play``: "$TSLA" is none."""
_NUMBERS = re.compile(r"[\d\s.,:;%()\[\]+\-*/x×÷^=<>#€$£]*")
_SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)


def is_relevant(text: str) -> bool:
    """Return False for commands to bots, and for numbers and sums without words."""
    return not (_COMMAND.match(text) or _NUMBERS.fullmatch(text))


def without_marked_spoilers(text: str) -> str:
    """Remove spoilers between double bars: a reaction would tell what they hide."""
    return _SPOILER.sub(" ", text)
