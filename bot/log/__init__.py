"""The log on standard error: one line a record, neither secrets nor what people wrote."""

from bot.log.errors import describe, is_own_error
from bot.log.levels import AREAS, LEVELS, is_debugging
from bot.log.line_formatter import ELIDED
from bot.log.redaction import REDACTED, Redaction
from bot.log.setup import configure, silence

__all__ = [
    "AREAS",
    "ELIDED",
    "LEVELS",
    "REDACTED",
    "Redaction",
    "configure",
    "describe",
    "is_debugging",
    "is_own_error",
    "silence",
]
