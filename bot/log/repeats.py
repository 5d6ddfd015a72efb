"""Repeats of warnings: the first ones are written, the others counted."""

import logging
import threading
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
MAX_VARIANTS = 10
"""Warnings of one kind, with different values, that are written in a window."""
MAX_KINDS = 1000


@dataclass(slots=True)
class _Kind:
    """The warnings of one logger, level and template in the window."""

    variants: set[int] = field(default_factory=set)
    """Hashes of the messages that were written."""
    held: int = 0
    last: logging.LogRecord | None = None
    """The last of the records that were held back."""


class RepeatLimiter(logging.Handler):
    """A handler that passes records on to another one, and repeats of warnings once a minute.

    A window begins with a warning. Of each kind the last repeat is written at the window's end,
    or when the log is closed, with the number of the others.
    """

    def __init__(self, target: logging.Handler) -> None:
        """Pass on to ``target``."""
        super().__init__()
        self._target = target
        self._kinds: dict[tuple[str, int, str], _Kind] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on, or hold it back if it is a repeat."""
        if record.levelno < logging.WARNING or not self._hold(record):
            self._target.handle(record)

    def write_held(self) -> None:
        """Write the repeats that were held back, and begin another window."""
        self.acquire()
        try:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            kinds, self._kinds = self._kinds, {}
            for kind in kinds.values():
                if kind.last is not None:
                    kind.last.repeats = kind.held - 1
                    self._target.handle(kind.last)
        finally:
            self.release()

    def flush(self) -> None:
        """Flush the other handler; what is held back stays so."""
        self._target.flush()

    def close(self) -> None:
        """Write what is held back, and close both handlers."""
        self.write_held()
        self._target.close()
        super().close()

    def _hold(self, record: logging.LogRecord) -> bool:
        """Hold a repeat back; return False if the record is none."""
        if len(self._kinds) >= MAX_KINDS:
            self.write_held()
        if self._timer is None:
            self._timer = threading.Timer(WINDOW_SECONDS, self.write_held)
            self._timer.daemon = True  # the log's close at the exit writes the rest
            self._timer.start()
        kind = self._kinds.setdefault((record.name, record.levelno, str(record.msg)), _Kind())
        variant = _hash(record)
        if variant not in kind.variants and len(kind.variants) < MAX_VARIANTS:
            kind.variants.add(variant)
            return False
        kind.held, kind.last = kind.held + 1, record
        return True


def repeats_suffix(record: logging.LogRecord) -> str:
    """Return how many records beside this one were held back, or nothing."""
    count = getattr(record, "repeats", 0)
    return f" (and {count} more in the last minute)" if count else ""


def _hash(record: logging.LogRecord) -> int:
    """Return the hash of a message: the text itself, which may quote a member, is not kept."""
    try:
        return hash(record.getMessage())
    except (TypeError, ValueError, KeyError):  # values that do not fit the template
        return 0
