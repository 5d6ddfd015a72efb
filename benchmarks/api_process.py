"""``emoji-reactor serve`` as a process of its own, for the benchmarks of the API."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conftest import VARIABLE_PREFIXES
from tests.e2e.operations import free_address

START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class ApiProcess:
    """A running server."""

    url: str
    pid: int


@contextmanager
def running_server() -> Iterator[ApiProcess]:
    """Serve the shipped artifact over an empty database until the block ends.

    Raises:
        RuntimeError: it ended, or is not ready in two minutes.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(VARIABLE_PREFIXES)}
    address = free_address()
    environment = {
        **inherited,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "EMOJI_REACTOR__API__MAX_REQUESTS_PER_MINUTE": "10000000",
    }
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "bot", "serve", "--listen", address],
            cwd=folder,
            env=environment,
        )
        try:
            _await_readiness(f"http://{address}", process)
            yield ApiProcess(f"http://{address}", process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await_readiness(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
