"""``emoji-reactor model promote``, also beside a running bot."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from model.artifact import load
from tests.cli.conftest import BOT, CommandLine
from tests.cli.stored_rows import query
from tests.tiny import write_failing_artifact, write_tiny_artifact


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    write_tiny_artifact(tmp_path / "candidate", "next", seed=1)
    return tmp_path / "candidate"


def test_every_command_serves_the_promoted_artifact(cli: CommandLine, candidate: Path) -> None:
    before = json.loads(cli("model", "info", "--json").out)["version"]
    version = load(candidate).version
    promoted = cli("model", "promote", str(candidate))
    assert promoted.out == f"{version} is served from artifacts/{version}\n"
    assert json.loads(cli("predict", "--json", "so funny").out)["model"] == version
    assert json.loads(cli("model", "info", "--json").out)["version"] == version
    cli("chat", stdin=b"so funny\n")
    assert query("select artifact_version from prediction") == [(version,)]
    assert cli("model", "promote", "--rollback").out.startswith(f"{before} is served")
    assert json.loads(cli("predict", "--json", "so funny").out)["model"] == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Invalid value for FOLDER: give a FOLDER or --rollback"),
        (("--rollback", "x"), "Invalid value for FOLDER: give a FOLDER or --rollback"),
        (("nowhere",), "nowhere/manifest.json: no artifact here"),
        (("--rollback",), "nothing to go back to: artifacts holds no promotion"),
    ],
)
def test_a_refused_promotion_is_a_one_line_error(
    cli: CommandLine, arguments: tuple[str, ...], message: str
) -> None:
    result = cli("model", "promote", *arguments)
    assert result.status in (1, 2)
    assert result.error.startswith(message)


def test_a_candidate_that_does_not_predict_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    write_failing_artifact(tmp_path / "failing")
    result = cli("model", "promote", str(tmp_path / "failing"))
    assert result.status == 1
    assert "does not predict" in result.error
    assert cli("predict", "so funny").status == 0


async def test_a_running_bot_loads_a_promotion_between_two_messages(
    environment: Mapping[str, str], candidate: Path
) -> None:
    bot = await asyncio.create_subprocess_exec(
        *(*BOT, "chat"),
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert bot.stdin is not None
    assert bot.stdout is not None

    async def send(text: str) -> None:
        assert bot.stdin is not None
        assert bot.stdout is not None
        bot.stdin.write(f"{text}\n".encode())
        await bot.stdin.drain()
        for _ in range(2):  # the top five, and the outcome
            await bot.stdout.readline()

    await send("so funny")
    promote = await asyncio.create_subprocess_exec(
        *(*BOT, "model", "promote", str(candidate)), env=environment, stdout=asyncio.subprocess.PIPE
    )
    await promote.communicate()
    version = load(candidate).version
    sent = 0
    while query("select artifact_version from prediction order by id desc limit 1") != [(version,)]:
        await send("so funny")
        sent += 1
        assert sent < 5000
    bot.stdin.close()
    assert await bot.wait() == 0
