"""Writing to standard output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ignore_broken_pipe() -> Iterator[None]:
    """End silently when the reader of a pipe closes it, as ``| head`` does."""
    try:
        yield
    except BrokenPipeError:
        # Otherwise the interpreter's last flush would fail with a message.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
