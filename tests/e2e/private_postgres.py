"""A PostgreSQL server of a test's own, which can be stopped under load."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

USER = "postgres"


def find_binaries() -> Path | None:
    """Return the folder with initdb and pg_ctl; None if PostgreSQL is not installed."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class PrivatePostgres:
    """A cluster in a folder, on a port of loopback."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self.folder = folder
        """With the data, the write-ahead log and the server's log."""
        self._data, self._log = folder / "data", folder / "server.log"
        self._port = _free_port()

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self._port}/postgres"

    async def create(self) -> None:
        """Make an empty cluster and start it."""
        await self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync")
        await self.start()

    async def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = f"-p {self._port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        await self._run("pg_ctl", "-w", "-l", str(self._log), "-o", options, "start")

    async def stop(self, mode: str = "fast") -> None:
        """Stop the server; ``immediate`` is a crash, after which it recovers from its log."""
        await self._run("pg_ctl", "-w", "-m", mode, "stop")

    async def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), "-D", str(self._data), *arguments]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", USER, "--", *command]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise RuntimeError(f"{program} {arguments[-1]} failed; see {self._log}")


@asynccontextmanager
async def private_postgres(binaries: Path) -> AsyncIterator[PrivatePostgres]:
    """Run a new server, and stop and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="emoji-reactor-postgres-"))  # its user may enter it
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    server = PrivatePostgres(binaries, folder)
    try:
        await server.create()
        yield server
    finally:
        if (server.folder / "data" / "postmaster.pid").exists():
            await server.stop("immediate")
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
