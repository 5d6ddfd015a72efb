"""``emoji-reactor web`` as a process of its own."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is being served."""

    url: str
    database: Path
    log: Path
    pid: int

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()


@contextmanager
def serving(folder: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[Page]:
    """Serve on a free port from ``folder``; on leaving, a SIGTERM must end it with status 0."""
    log = folder / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "web", "--port", "0", *arguments],
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: "the page is at" in log.read_text() or process.poll() is not None)
        found = re.search(r"the page is at (\S+)", log.read_text())
        assert found, log.read_text()
        yield Page(found[1], folder / "emoji-reactor.db", log, process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], bool]) -> None:
    """Ask until it holds: another process's files tell nobody of their changes."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
