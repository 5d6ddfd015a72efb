"""Processes that are forked behave as those that begin from nothing."""

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.telemetry import VARIABLES
from tests.fork_server import Request
from tests.forked import ForkServer

PROGRAM = """
import json, os, signal, sys, warnings
action, *_ = sys.argv[1:]
if action == "wait":
    print("waiting", flush=True)
    signal.pause()
if action == "warn":
    warnings.warn("one that is an error")
if action == "end":
    sys.exit(7)
state = [os.getcwd(), sys.argv, dict(os.environ), __name__]
print(json.dumps([*state, sys.stdin.read(), os.listdir("/proc/self/fd")]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forked_program.py").write_text(PROGRAM)
    return tmp_path


@pytest.fixture
def server() -> Iterator[ForkServer]:
    started = ForkServer(("-W", "error"), ("model",))
    yield started
    started.close()


def asked(folder: Path, *arguments: str) -> Request:
    return Request("forked_program", arguments, str(folder), {"VARIABLE": "1"})


def test_folder_arguments_environment_and_streams_are_those_of_the_request(
    server: ForkServer, folder: Path
) -> None:
    ended = server.call(asked(folder, "tell", "b c"))
    assert (ended.returncode, ended.stderr) == (0, "")
    where, arguments, environment, name, read, descriptors = json.loads(ended.stdout)
    assert (where, name, read) == (str(folder), "__main__", "")
    assert arguments == [str(folder / "forked_program.py"), "tell", "b c"]
    assert environment == {"VARIABLE": "1", **VARIABLES}  # set by the import
    assert len(descriptors) == 4  # three streams, and the folder that is listed


def test_the_status_is_that_of_the_process(server: ForkServer, folder: Path) -> None:
    assert server.call(asked(folder, "end")).returncode == 7
    ended = server.call(asked(folder, "warn"))
    assert ended.returncode == 1
    assert "UserWarning: one that is an error" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
async def test_a_signal_ends_one_of_two(
    server: ForkServer, folder: Path, number: signal.Signals
) -> None:
    with tempfile.TemporaryFile() as output:
        first, second = (server.start(asked(folder, "wait"), output, output) for _ in range(2))
        os.kill(second.pid, signal.SIGSTOP)
        assert (first.returncode, second.returncode) == (None, None)
        second.kill()
        assert await second.wait() == -signal.SIGKILL
        while os.fstat(output.fileno()).st_size == 0:  # noqa: ASYNC110 - until it has begun
            await asyncio.sleep(0.01)
        first.send_signal(number)
        assert await first.wait() == -number
        first.send_signal(number)
        assert first.returncode == -number
