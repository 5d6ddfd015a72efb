"""A command as a subprocess whose input and output alternate."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from select import select

from tests.cli.conftest import BOT

TIMEOUT_SECONDS = 60.0
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class InteractiveProcess:
    """A subprocess that is written to and read from while it runs."""

    def __init__(self, process: subprocess.Popen[bytes], source: int, sink: int) -> None:
        self.process = process
        self.output = ""
        self._source, self._sink = source, sink

    def send(self, text: str) -> None:
        """Write to standard input."""
        os.write(self._sink, text.encode())

    def interrupt(self, expected: str) -> None:
        """Press Ctrl-C until the output contains ``expected``.

        One that falls between a prompt and the read behind it is noticed at the next key only.

        Raises:
            AssertionError: it did not appear.
        """
        for _ in range(int(TIMEOUT_SECONDS)):
            self.send("\x03")
            with suppress(AssertionError):
                self.read_until(expected, timeout_seconds=1.0)
                return
        raise AssertionError(f"{expected!r} did not appear")

    def read_until(self, expected: str, timeout_seconds: float = TIMEOUT_SECONDS) -> str:
        """Return the new output up to and including ``expected``.

        Raises:
            AssertionError: it did not appear in time.
        """
        deadline = time.monotonic() + timeout_seconds
        received = b""
        while expected not in (
            text := _CONTROL_SEQUENCE.sub("", received.decode(errors="replace"))
        ):
            ready, _, _ = select([self._source], [], [], deadline - time.monotonic())
            assert ready, f"{expected!r} did not appear after {text!r}"
            received += os.read(self._source, 1)
        self.output += text
        return text

    def read_rest(self) -> str:
        """Return the remaining standard output."""
        assert self.process.stdout
        return self.process.stdout.read().decode()

    def read_errors(self) -> str:
        """Return all of standard error."""
        assert self.process.stderr
        return self.process.stderr.read().decode()

    def interrupt_until_it_ends(self) -> int:
        """Press Ctrl-C until the process ends; return the exit status.

        Python sees a signal between two instructions: one that comes just before a blocking read
        waits for its end, or for the next signal.
        """
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(1.0)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status."""
        return self.process.wait(TIMEOUT_SECONDS)


@contextmanager
def piped(environment: Mapping[str, str], *arguments: str) -> Iterator[InteractiveProcess]:
    """Run a command with pipes as its standard streams."""
    process = subprocess.Popen(
        [*BOT, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        bufsize=0,
    )
    assert process.stdin
    assert process.stdout
    with closing_process(process):
        yield InteractiveProcess(process, process.stdout.fileno(), process.stdin.fileno())


@contextmanager
def closing_process(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the process on leaving."""
    with process:
        try:
            yield
        finally:
            process.kill()
