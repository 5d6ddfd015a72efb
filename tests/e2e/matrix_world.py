"""A bot as a process and two members, with a real homeserver."""

import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.e2e.matrix_homeserver import MatrixMember
from tests.e2e.process import BotProcess
from tests.forked import ForkServer

_WORLDS = itertools.count(1)


@dataclass(frozen=True)
class World:
    """A homeserver with a bot and two members."""

    url: str
    bot: BotProcess
    account: MatrixMember
    anna: MatrixMember
    ben: MatrixMember

    async def room(self, *, encrypted: bool = False, **more: object) -> str:
        """Let Anna create a room with Ben and the bot, and wait until both are there."""
        members = self.ben.id, self.account.id
        room = await self.anna.create_room(*members, encrypted=encrypted, **more)
        await self.ben.call("POST", f"/join/{room}")
        await self.joined(room)
        return room

    async def private_room(self) -> str:
        """Let Anna create a room with the bot alone, and wait until it is there."""
        room = await self.anna.create_room(self.account.id, preset="trusted_private_chat")
        await self.joined(room)
        return room

    async def joined(self, room: str) -> None:
        """Wait until the bot is in a room."""
        await self.anna.wait_for_join(room, self.account.id)

    async def set_power(self, room: str, member: MatrixMember, level: int) -> None:
        """Let Anna give a member a power level."""
        path = f"/rooms/{quote(room)}/state/m.room.power_levels"
        levels = await self.anna.call("GET", path)
        users = levels["users"] | {member.id: level}
        await self.anna.call("PUT", path, **(levels | {"users": users}))

    def set_position(self, position: str) -> None:
        """Change the stored position, while the bot does not run."""
        with closing(sqlite3.connect(self.bot.database)) as connection, connection:
            connection.execute("update sync_position set position = ?", (position,))

    async def start(self) -> None:
        """Start the bot, again or for the first time."""
        connected = self.bot.output.count("Matrix is connected") if self.bot.output else 0
        await self.bot.start(MATRIX_TOKEN=self.account.token)
        await self.bot.wait_for_outputs("Matrix is connected", connected + 1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    homeserver: str,
    tmp_path_factory: pytest.TempPathFactory,
    tiny_artifact: Path,
    fork_server: ForkServer,
) -> AsyncIterator[World]:
    settings = {
        "matrix.homeserver": homeserver,
        "matrix.invite_from": ["@anna*:*"],
        "log.level": "debug",
    }
    bot = BotProcess(tmp_path_factory.mktemp("bot"), tiny_artifact, settings, fork_server)
    number = next(_WORLDS)
    members = [MatrixMember(homeserver, f"{name}{number}") for name in ("bot", "anna", "ben")]
    started = World(homeserver, bot, *members)
    await started.start()
    yield started
    await bot.kill()
    for member in members:
        await member.http.aclose()
    print(bot.output)  # noqa: T201 - shown by pytest if a test failed


async def ask(world: World, room: str, text: str, member: MatrixMember | None = None) -> str:
    """Give a command, and return the answer."""
    member = member or world.anna
    answer = await member.reply_to(room, await member.say(room, text), world.account.id)
    return str(answer["content"]["body"])
