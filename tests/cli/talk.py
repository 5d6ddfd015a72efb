"""The program as a process that is written to and read from as it goes."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from select import select

from tests.cli.conftest import BOT

PATIENCE = 60.0
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Talk:
    """A process that is written to and read from as it goes."""

    def __init__(self, process: subprocess.Popen[bytes], source: int, sink: int) -> None:
        self.process = process
        self.said = ""
        self._source, self._sink = source, sink

    def say(self, line: str) -> None:
        """Write a line."""
        os.write(self._sink, line.encode())

    def interrupt(self, words: str) -> None:
        """Press Ctrl-C until ``words`` come.

        One that falls between a prompt and the read behind it is noticed at the next key only.

        Raises:
            AssertionError: they did not come.
        """
        for _ in range(int(PATIENCE)):
            self.say("\x03")
            with suppress(AssertionError):
                self.hear(words, patience=1.0)
                return
        raise AssertionError(f"{words!r} did not come")

    def hear(self, words: str, patience: float = PATIENCE) -> str:
        """Read until ``words`` come; what was said up to there since the last time.

        Raises:
            AssertionError: they did not come.
        """
        deadline = time.monotonic() + patience
        heard = b""
        while words not in (told := _CONTROL.sub("", heard.decode(errors="replace"))):
            ready, _, _ = select([self._source], [], [], deadline - time.monotonic())
            assert ready, f"{words!r} did not come after {told!r}"
            heard += os.read(self._source, 1)
        self.said += told
        return told

    def rest(self) -> str:
        """Everything that is still to come on standard output."""
        assert self.process.stdout
        return self.process.stdout.read().decode()

    def complaints(self) -> str:
        """Everything on standard error, to its end."""
        assert self.process.stderr
        return self.process.stderr.read().decode()

    def ended(self) -> int:
        """The exit status."""
        return self.process.wait(PATIENCE)


@contextmanager
def piped(environment: Mapping[str, str], *arguments: str) -> Iterator[Talk]:
    """Another program's pipes with a command between them."""
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
        yield Talk(process, process.stdout.fileno(), process.stdin.fileno())


@contextmanager
def closing_process(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End it whatever happens."""
    with process:
        try:
            yield
        finally:
            process.kill()
