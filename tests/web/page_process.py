"""The page as a subprocess: ``emoji-reactor web``, or ``serve`` with the page."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PageProcess:
    """A running page."""

    url: str
    database: Path
    log: Path
    pid: int

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Query the database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()


@contextmanager
def running_page(
    folder: Path, environment: Mapping[str, str], command: Sequence[str] = ("web", "--port", "0")
) -> Iterator[PageProcess]:
    """Serve on a free port from ``folder``; on leaving, a SIGTERM must end it with status 0."""
    log = folder / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: " is at " in log.read_text() or process.poll() is not None)
        found = re.search(r"the page,? is at (\S+)", log.read_text())
        assert found, log.read_text()
        yield PageProcess(found[1], folder / "emoji-reactor.db", log, process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def eventually(condition: Callable[[], bool]) -> None:
    """Poll a condition: changes of another process's files cannot be awaited."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
