"""Writing to standard output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """End quietly when the reader of a pipe has had enough, as ``| head`` does."""
    try:
        yield
    except BrokenPipeError:
        # Without this, the interpreter's last flush would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
