"""Format of a record: one line, without any text of a member."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.log.errors import describe
from bot.log.levels import OWN_PACKAGES, is_debugging
from bot.log.redaction import Redaction
from bot.log.repeats import repeats_suffix

ELIDED = "…"
"""In place of a value in a library's record, which may be what somebody wrote."""
MAX_MESSAGE_LENGTH = 4_000
MAX_LIBRARY_MESSAGE_LENGTH = 300


class LineFormatter(logging.Formatter):
    """Time, level, logger and message; exceptions as ``describe`` tells them."""

    def __init__(self, style: str, redact: Redaction) -> None:
        """Write as ``json``, ``plain`` or ``rich``, which adds time and level itself."""
        super().__init__()
        self._shape = style
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record; at debug level, frames of its error on further lines."""
        message = _message(record)
        if record.exc_info and record.exc_info[1] is not None:
            frames = is_debugging() or is_debugging(record.name)
            message = f"{message}: {describe(record.exc_info[1], frames=frames)}"
        message = self._redact(message) + repeats_suffix(record)
        level = record.levelname.lower()
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self._shape == "json":
            line = {"time": moment, "level": level, "logger": record.name, "message": message}
            return json.dumps(line)
        return message if self._shape == "rich" else f"{moment} {level} {record.name}: {message}"


def _message(record: logging.LogRecord) -> str:
    """Return the message; of a library's record, only the first line and numbers as values."""
    if record.name.split(".")[0] in OWN_PACKAGES:
        return _shorten(record.getMessage(), MAX_MESSAGE_LENGTH)
    template = str(record.msg)[: MAX_LIBRARY_MESSAGE_LENGTH + 1]
    arguments = record.args or ()
    if isinstance(arguments, Mapping):
        values: object = {name: _elide(value) for name, value in arguments.items()}
    else:
        values = tuple(_elide(value) for value in arguments)
    try:
        message = template % values if arguments else template
    except (TypeError, ValueError, KeyError):  # such as a template cut off inside a field
        message = template
    first_line = next(iter(message.splitlines()), "")
    return _shorten(first_line, MAX_LIBRARY_MESSAGE_LENGTH)


def _elide(value: object) -> object:
    if isinstance(value, BaseException):
        return describe(value)
    return value if value is None or isinstance(value, int | float) else ELIDED


def _shorten(message: str, length: int) -> str:
    if len(message) <= length:
        return message
    return f"{message[:length]}{ELIDED} ({len(message) - length} more characters)"
