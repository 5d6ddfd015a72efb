"""The bot as a process, with its output and its database."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from tests.cli.conftest import CommandResult
from tests.e2e.event_log import TIMEOUT_SECONDS
from tests.fork_server import Request
from tests.forked import ForkedProcess, ForkServer, text

ROOT = Path(__file__).parents[2]

# The last one is discord.py's, at import on Python 3.11 and 3.12.
_WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
_BOT = (sys.executable, *_WARNINGS, "-m", "bot")


class BotProcess:
    """``python -m bot run`` with its own configuration and database."""

    def __init__(
        self,
        folder: Path,
        artifact: Path,
        settings: Mapping[str, object],
        fork_server: ForkServer | None = None,
    ) -> None:
        """Write the configuration; ``settings`` are keys such as ``telegram.base_url``.

        Processes are forked from the server, which is faster, or else begin from nothing.
        """
        self._fork_server = fork_server
        self._config = folder / "config.toml"
        self.database = folder / "bot.db"
        self._output = folder / "output.log"
        given = {
            "database.url": f"sqlite+aiosqlite:///{self.database}",
            "model.source": str(artifact),
            "log.format": "plain",
            "operations.listen": "",
            **settings,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
        self._config.write_text("\n".join(lines), encoding="utf-8")
        self._process: asyncio.subprocess.Process | ForkedProcess | None = None

    async def start(self, **tokens: str) -> None:
        """Start with these secrets in the environment, and no other settings."""
        with self._output.open("ab") as output:
            arguments = ("run", "--config", str(self._config))
            self._process = await self._launch(ROOT, arguments, tokens, output, output)

    async def call(self, *arguments: str, **tokens: str) -> CommandResult:
        """Run another command with the same configuration to its end."""
        given = (*arguments, "--config", str(self._config))
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = await self._launch(self._config.parent, given, tokens, output, errors)
            async with asyncio.timeout(2 * TIMEOUT_SECONDS):
                status = await process.wait()
            return CommandResult(status, text(output), text(errors))

    async def _launch(
        self,
        folder: Path,
        arguments: Sequence[str],
        tokens: Mapping[str, str],
        output: IO[bytes],
        errors: IO[bytes],
    ) -> asyncio.subprocess.Process | ForkedProcess:
        environment = _environment(tokens) | {"PYTHONPATH": str(ROOT)}
        # aiohttp reads the certificates of its default context at import.
        if self._fork_server is not None and "SSL_CERT_FILE" not in tokens:
            request = Request("bot", arguments, str(folder), environment)
            return self._fork_server.start(request, output, errors)
        return await asyncio.create_subprocess_exec(
            *(*_BOT, *arguments), cwd=folder, env=environment, stdout=output, stderr=errors
        )

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns the exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.wait()

    async def wait(self) -> int:
        """Wait for the end; returns the exit status."""
        assert self._process is not None
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await self._process.wait()

    async def kill(self) -> None:
        """Kill the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def send_signal(self, number: int) -> None:
        """Send a signal, and do not wait."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def pid(self) -> int:
        """Id of the latest process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """True until the process ends."""
        return self._process is not None and self._process.returncode is None

    @property
    def output(self) -> str:
        """Standard output and error so far."""
        return self._output.read_text(encoding="utf-8") if self._output.exists() else ""

    async def wait_for_output(self, words: str) -> None:
        """Wait until the output contains ``words``.

        Raises:
            TimeoutError: it did not.
        """
        await _poll_until(lambda: words in self.output)

    async def wait_for_outputs(self, words: str, times: int) -> None:
        """Wait until the output of all processes in the folder has ``words`` ``times`` times."""
        await _poll_until(lambda: self.output.count(words) >= times)

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Query the database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()

    async def wait_for_rows(
        self,
        statement: str,
        *values: object,
        rows: int = 1,
        exactly: Collection[tuple[object, ...]] | None = None,
    ) -> list[tuple[object, ...]]:
        """Query until there are this many rows, or ``exactly`` these in any order.

        Raises:
            TimeoutError: there were not.
        """
        found: list[tuple[object, ...]] = []

        def asked() -> bool:
            found[:] = self.query(statement, *values)
            if exactly is not None:
                return len(found) == len(exactly) and set(found) == set(exactly)
            return len(found) == rows

        await _poll_until(asked)
        return found

    def files_content(self) -> bytes:
        """Return the content of all files in its folder, with logs and database journals."""
        files = [file for file in self.database.parent.rglob("*") if file.is_file()]
        return b"".join(file.read_bytes() for file in files)


@contextmanager
def store_away(bot: BotProcess, *tables: str) -> Iterator[None]:
    """Hide tables, as if the database were away."""
    with closing(sqlite3.connect(bot.database, timeout=10)) as connection:
        for table in tables:
            connection.execute(f"alter table {table} rename to away_{table}")
        connection.commit()
        try:
            yield
        finally:
            for table in tables:
                connection.execute(f"alter table away_{table} rename to {table}")
            connection.commit()


def _environment(tokens: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DISCORD", "TELEGRAM", "MATRIX", "EMOJI_REACTOR", "HF_TOKEN"))
    }
    return {**inherited, "NO_PROXY": "127.0.0.1", **tokens}


async def _poll_until(holds: Callable[[], bool]) -> None:
    """Poll a condition: changes of another process cannot be awaited."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)
