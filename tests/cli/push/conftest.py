"""A Hub on loopback, and commands in front of it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from model.artifact import LAYOUT
from tests.cli.conftest import WARNINGS, CommandResult
from tests.hub_server import HubServer

NAME = "org/emoji"

TOKEN = "hf_" + "a" * 34

# The client's own LFS upload calls its HTTP library in a deprecated way.
_IGNORED_WARNING = ("-W", "ignore:Use 'content=<:DeprecationWarning")

BOT = (sys.executable, *WARNINGS, *_IGNORED_WARNING, "-m", "bot")

Push = Callable[..., Awaitable[CommandResult]]


@pytest.fixture
async def hub() -> AsyncIterator[HubServer]:
    server = HubServer()
    server.uploads.token = TOKEN
    await server.start()
    yield server
    await server.close()


def hub_environment(hub: HubServer, environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the client talks to a Hub on loopback, with the token."""
    return {
        **environment,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(Path.cwd() / "hub"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",  # that protocol needs another server
        "HF_TOKEN": TOKEN,
    }


@pytest.fixture
def push(hub: HubServer, environment: Mapping[str, str]) -> Push:
    """Call the command line in a subprocess, with the token."""

    async def call(*arguments: str, **more: str) -> CommandResult:
        process = await asyncio.create_subprocess_exec(
            *(*BOT, *arguments),
            env={**hub_environment(hub, environment), **more},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        result = CommandResult(process.returncode, out.decode(), err.decode())
        assert TOKEN not in result.out + result.err
        return result

    return call


@pytest.fixture
def artifact_with_card(tmp_path: Path, tiny_artifact: Path) -> Path:
    """Return the tiny artifact with a card."""
    folder = tmp_path / "artifact_with_card"
    folder.mkdir()
    for file in tiny_artifact.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    card = '---\nlicense: apache-2.0\n---\n# A card\n\nPredictor.load("ORG/NAME")\n'
    (folder / LAYOUT.card).write_text(card, "utf-8")
    return folder
