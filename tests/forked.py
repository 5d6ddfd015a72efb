"""Processes that a fork server starts, in a tenth of the time that imports take."""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tests import fork_server
from tests.fork_server import Request

ROOT = Path(__file__).parents[1]
_KEPT = ("PATH", "HOME", "LANG", "OMP_NUM_THREADS", "PYTHON")
"""Beginnings of the variables of a server; those that imports set must be seen as such."""


class ForkServer:
    """A fork server of its own, and the processes that it starts."""

    def __init__(self, flags: Sequence[str], modules: Sequence[str]) -> None:
        """Start it with ``flags`` of Python; it imports ``modules``."""
        self._requests, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with end:
            command = ("-m", fork_server.__name__, str(end.fileno()), *modules)
            self._server = subprocess.Popen(
                [sys.executable, *flags, *command],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name.startswith(_KEPT)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[end.fileno()],
            )

    def start(
        self, request: Request, output: IO[bytes], errors: IO[bytes] | None = None
    ) -> "ForkedProcess":
        """Start a process without input; without ``errors`` both outputs go to ``output``."""
        replies, reply = os.pipe()
        with Path(os.devnull).open("rb") as nothing:
            streams = [nothing, output, errors or output]
            descriptors = [*(stream.fileno() for stream in streams), reply]
            socket.send_fds(self._requests, [request.encode()], descriptors)
        os.close(reply)
        return ForkedProcess(replies)

    def call(self, request: Request) -> "subprocess.CompletedProcess[str]":
        """Run a process to its end; return its status and what it wrote."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            status = self.start(request, output, errors).join()
            command = [request.module, *request.arguments]
            return subprocess.CompletedProcess(command, status, text(output), text(errors))

    def close(self) -> None:
        """End the server; processes that run go on."""
        self._requests.close()
        self._server.wait()


class ForkedProcess:
    """A process that is the child of a fork server, used as those of ``asyncio.subprocess``."""

    def __init__(self, replies: int) -> None:
        self._replies = open(replies, "rb", buffering=0)  # noqa: SIM115 - closed at its end
        self.pid = int(self._replies.readline())
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        """Exit status, negative for a signal, or ``None`` while it runs."""
        if self._status is None and select.select([self._replies], [], [], 0)[0]:
            self.join()
        return self._status

    def join(self) -> int:
        """Wait for the end; return the exit status."""
        if self._status is None:
            self._status = int(self._replies.readline())
            self._replies.close()
        return self._status

    async def wait(self) -> int:
        """Do the same while an event loop runs."""
        if self._status is None:
            ended, loop = asyncio.Event(), asyncio.get_running_loop()
            loop.add_reader(self._replies, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(self._replies)
        return self.join()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL, unless it has ended."""
        self.send_signal(signal.SIGKILL)


def text(stream: IO[bytes]) -> str:
    """Return what is in a file that a process wrote to."""
    stream.seek(0)
    return stream.read().decode()
