"""The text of rich messages, which python-telegram-bot does not know yet."""

from telegram import Message

FIELD = "rich_message"
_PARTS = ("summary", "blocks", "items", "cells", "caption")
"""The fields of a block that hold other blocks, or text beside that of the block."""


def rich_text(message: Message) -> str:
    """Return the text of a rich message, a line a block, without spoilers; empty for others."""
    rich = message.api_kwargs.get(FIELD)
    return _blocks(rich.get("blocks")) if isinstance(rich, dict) else ""


def _blocks(value: object) -> str:
    """Return the text of a block, of blocks or of rows of cells."""
    match value:
        case list():
            return "\n".join(filter(None, map(_blocks, value)))
        case dict():
            return _blocks([_inline(value), *map(value.get, _PARTS)])
        case _:
            return _inline(value)


def _inline(value: object) -> str:
    """Return a formatted text without its format."""
    match value:
        case str():
            return value
        case list():
            return "".join(map(_inline, value))
        case {"type": "spoiler"}:
            return " "
        case {"text": text} | {"alternative_text": text}:
            return _inline(text)
        case _:
            return ""
