"""The bot as a real process, and what it leaves behind."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import CommandResult
from tests.e2e.event_log import TIMEOUT_SECONDS

ROOT = Path(__file__).parents[2]

# The last one is discord.py's, at import on Python 3.11 and 3.12.
_WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
_BOT = (sys.executable, *_WARNINGS, "-m", "bot")


class BotProcess:
    """``python -m bot run`` with a configuration and a database of its own."""

    def __init__(self, folder: Path, artifact: Path, settings: Mapping[str, object]) -> None:
        """Write the configuration; ``settings`` are keys such as ``telegram.base_url``."""
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
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, **tokens: str) -> None:
        """Start with the given secrets in the environment, and nothing else of ours."""
        with self._output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(*_BOT, "run", "--config", str(self._config)),
                cwd=ROOT,
                env=_environment(tokens),
                stdout=output,
                stderr=output,
            )

    async def call(self, *arguments: str, **tokens: str) -> CommandResult:
        """Another command with the same configuration, to its end."""
        process = await asyncio.create_subprocess_exec(
            *(*_BOT, *arguments, "--config", str(self._config)),
            cwd=self._config.parent,
            env=_environment(tokens) | {"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(2 * TIMEOUT_SECONDS):
            out, err = await process.communicate()
        assert process.returncode is not None
        return CommandResult(process.returncode, out.decode(), err.decode())

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
        """End it whatever it does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def send_signal(self, number: int) -> None:
        """Send a signal, and do not wait."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def output(self) -> str:
        """Everything written to standard output and error so far."""
        return self._output.read_text(encoding="utf-8") if self._output.exists() else ""

    async def wait_for_output(self, words: str) -> None:
        """Wait until it has written ``words``.

        Raises:
            TimeoutError: it did not.
        """
        await _poll_until(lambda: words in self.output)

    async def wait_for_outputs(self, words: str, times: int) -> None:
        """Wait until it, and those that share its folder, have written ``words`` so often."""
        await _poll_until(lambda: self.output.count(words) >= times)

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()

    async def wait_for_rows(
        self,
        statement: str,
        *values: object,
        rows: int = 1,
        exactly: Collection[tuple[object, ...]] | None = None,
    ) -> list[tuple[object, ...]]:
        """Ask until there are so many rows, or ``exactly`` these in any order.

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
        """Every byte that it left in its folder, logs and journals of the database included."""
        files = [file for file in self.database.parent.rglob("*") if file.is_file()]
        return b"".join(file.read_bytes() for file in files)


def _environment(tokens: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DISCORD", "TELEGRAM", "EMOJI_REACTOR", "HF_TOKEN"))
    }
    return {**inherited, "NO_PROXY": "127.0.0.1", **tokens}


async def _poll_until(holds: Callable[[], bool]) -> None:
    """Ask until it holds: neither a file nor SQLite tells another process of its changes."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)
