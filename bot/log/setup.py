"""The only logging setup: standard error, without secrets and without what people wrote."""

import logging
import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from bot.log.levels import set_levels
from bot.log.line_formatter import LineFormatter
from bot.log.redaction import Redaction
from bot.log.repeats import RepeatLimiter

logger = logging.getLogger(__name__)


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


def configure(
    level: str = "info",
    style: str = "auto",
    known_secrets: Iterable[str] = (),
    levels: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Replace all log handlers by one on standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; libraries stay at warning.
        style: ``json``, ``plain``, or ``auto``: coloured on a terminal and plain elsewhere.
        known_secrets: what must never be written.
        levels: other levels of areas (``AREAS``).
    """
    logging.raiseExceptions = False  # a record that cannot be written is not to be quoted either
    handler = RepeatLimiter(_handler(style, Redaction(known_secrets)))
    # Libraries log request URLs, which hold the Telegram token, and events with their text.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    warnings.showwarning = _log_warning
    set_levels(level, levels)


def silence() -> None:
    """Write no log: what calls this tells everything by itself."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


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
    handler.setFormatter(LineFormatter(style, redact))
    return handler
