"""Text from outside that no encoder and no database takes: lone surrogates and NUL."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def repair_text(text: str) -> str:
    """Replace each lone surrogate and NUL; the length in UTF-16 units stays the same."""
    return _UNUSABLE.sub(REPLACEMENT, text)


def repair_json(value: object) -> object:
    """Return a JSON value with all its strings and keys repaired."""
    match value:
        case str():
            return repair_text(value)
        case dict():
            return {repair_json(key): repair_json(item) for key, item in value.items()}
        case list():
            return [repair_json(item) for item in value]
        case _:
            return value
