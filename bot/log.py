"""The only logging setup: standard error, without secrets and without what people wrote."""

import json
import logging
import re
import sys
import traceback
import warnings
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

logger = logging.getLogger(__name__)

_OWN = ("bot", "demo", "model")
_TOKENS = re.compile(
    r"\d{6,12}:[A-Za-z0-9_-]{30,}"  # Telegram
    r"|[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6,8}\.[A-Za-z0-9_-]{25,}"  # Discord
    r"|hf_[A-Za-z0-9]{30,}"  # the Hugging Face Hub
)
REDACTED = "[secret]"
ELIDED = "…"
"""In place of a value in a library's record, which may be what somebody wrote."""
MAX_MESSAGE_LENGTH = 4_000
MAX_LIBRARY_MESSAGE_LENGTH = 300


def describe(error: BaseException, *, frames: bool = False) -> str:
    """Describe an error on one line; with ``frames``, its stack on further lines.

    Only our own errors have texts that are known to quote neither messages nor tokens; of others
    only the type and the place are given.
    """
    passed = traceback.extract_tb(error.__traceback__)
    if is_own_error(error):
        description = str(error)
    else:
        place = f" at {Path(passed[-1].filename).name}:{passed[-1].lineno}" if passed else ""
        description = f"{type(error).__name__}{place}"
    if not frames:
        return description
    return "\n".join((description, *(f"  {f.filename}:{f.lineno} in {f.name}" for f in passed)))


def is_own_error(error: BaseException) -> bool:
    """Return whether the error's class is one of this program's."""
    return type(error).__module__.split(".")[0] in {"bot", "model"}


class Redaction:
    """Strikes out known secrets and whatever looks like a token."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Add ``known`` secrets to the two shapes of tokens."""
        self._known = [secret for secret in known if secret]

    def __call__(self, text: str) -> str:
        """Give the text without secrets."""
        for secret in self._known:
            text = text.replace(secret, REDACTED)
        return _TOKENS.sub(REDACTED, text)


class _Formatter(logging.Formatter):
    """Time, level, logger and message; exceptions as ``describe`` tells them."""

    def __init__(self, style: str, redact: Redaction) -> None:
        super().__init__()
        self._shape = style
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        message = _message(record)
        if record.exc_info and record.exc_info[1] is not None:
            message = f"{message}: {describe(record.exc_info[1], frames=is_debugging())}"
        message = self._redact(message)
        level = record.levelname.lower()
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self._shape == "json":
            line = {"time": moment, "level": level, "logger": record.name, "message": message}
            return json.dumps(line)
        return message if self._shape == "rich" else f"{moment} {level} {record.name}: {message}"


def _message(record: logging.LogRecord) -> str:
    """Return the message; of a library's record, only the first line and numbers as values."""
    if record.name.split(".")[0] in _OWN:
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


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    *_: object,
    **__: object,
) -> None:
    """Log the class and place of a warning: its text may quote a value."""
    logger.warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)


def configure(level: str = "info", style: str = "auto", known_secrets: Iterable[str] = ()) -> None:
    """Replace all log handlers by one on standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; libraries stay at warning.
        style: ``json``, ``plain``, or ``auto``: coloured on a terminal and plain elsewhere.
        known_secrets: what must never be written.
    """
    logging.raiseExceptions = False  # a record that cannot be written is not to be quoted either
    handler = _handler(style, Redaction(known_secrets))
    # Libraries log request URLs, which hold the Telegram token, and events with their text.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    warnings.showwarning = _log_warning
    for name in _OWN:
        logging.getLogger(name).setLevel(level.upper())


def silence() -> None:
    """Write no log: what calls this tells everything by itself."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def is_debugging() -> bool:
    """Return whether the log level is debug."""
    return logging.getLogger("bot").isEnabledFor(logging.DEBUG)


def _handler(style: str, redact: Redaction) -> logging.Handler:
    if style == "auto" and sys.stderr.isatty():
        from rich.console import Console
        from rich.logging import RichHandler

        style = "rich"
        handler: logging.Handler = RichHandler(
            console=Console(stderr=True), show_path=False, highlighter=None
        )
    else:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(style, redact))
    return handler
