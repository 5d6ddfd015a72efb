"""``emoji-reactor init`` as a process, by options and by prompts, with fake platforms."""

import asyncio
import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.discord.permissions import invite_url
from bot.config.settings_file import read_example
from tests.cli.conftest import BOT as PROGRAM
from tests.cli.conftest import ROOT, CommandResult
from tests.cli.interactive_process import InteractiveProcess, closing_process
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.discord_payloads import BOT
from tests.e2e.discord_server import DiscordServer
from tests.e2e.event_log import TIMEOUT_SECONDS
from tests.e2e.telegram_server import TelegramServer

TOKENS = {"DISCORD_TOKEN": discord.TOKEN, "TELEGRAM_TOKEN": telegram.TOKEN}
LINES = "".join(f"{name}={token}\n" for name, token in TOKENS.items())
# A session of its own whose terminal is the one that it was given: where tokens are asked for.
_ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True, slots=True)
class SetupFolder:
    """A folder, and an environment with the addresses of the fake platforms."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def settings(self) -> Path:
        return self.folder / "config.toml"

    @property
    def secrets(self) -> Path:
        return self.folder / "config.env"

    async def call(self, *arguments: str, stdin: str = "", **more: str) -> CommandResult:
        """Run a command to its end."""
        process = await asyncio.create_subprocess_exec(
            *(*PROGRAM, *arguments),
            cwd=self.folder,
            env={**self.environment, **more},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(2 * TIMEOUT_SECONDS):
            out, err = await process.communicate(stdin.encode())
        result = CommandResult(process.returncode or 0, out.decode(), err.decode())
        for token in TOKENS.values():
            assert token not in result.out + result.err
        return result

    @contextmanager
    def on_terminal(self, *arguments: str) -> Iterator[InteractiveProcess]:
        """Run ``init`` on a pseudo-terminal."""
        controller, terminal_end = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", _ON_A_TERMINAL, *PROGRAM, "init", *arguments],
            cwd=self.folder,
            stdin=terminal_end,
            stdout=terminal_end,
            stderr=terminal_end,
            env={**self.environment, "TERM": "dumb", "COLUMNS": "200"},
            start_new_session=True,
        )
        os.close(terminal_end)
        with closing_process(process):
            yield InteractiveProcess(process, controller, controller)
        os.close(controller)


@pytest.fixture
def setup(
    tmp_path: Path,
    environment: Mapping[str, str],
    discord_server: DiscordServer,
    telegram_server: TelegramServer,
) -> SetupFolder:
    there = {
        "EMOJI_REACTOR__DISCORD__API_BASE": discord_server.api_base,
        "EMOJI_REACTOR__DISCORD__GATEWAY_URL": discord_server.gateway_url,
        "EMOJI_REACTOR__TELEGRAM__BASE_URL": telegram_server.origin,
        "EMOJI_REACTOR__OPERATIONS__LISTEN": "",  # other tests run beside this one
    }
    return SetupFolder(tmp_path, {**environment, **there})


async def test_init_with_options_then_doctor_and_run(
    setup: SetupFolder, discord_server: DiscordServer, telegram_server: TelegramServer
) -> None:
    options = ("--yes", "--set", "reactions.chance=0.5", "--secrets", "-")
    ended = await setup.call("init", *options, stdin=LINES)
    assert (ended.status, ended.err) == (0, "")
    assert f"open {invite_url(int(BOT))}" in ended.out
    assert "make it an admin there" in ended.out
    assert ended.out.rstrip().endswith("emoji-reactor run")
    assert setup.settings.read_text("utf-8") == read_example().replace(
        "chance = 1.0", "chance = 0.5"
    )
    assert setup.secrets.read_text() == LINES
    assert setup.secrets.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in setup.folder.iterdir()) == ["config.env", "config.toml"]
    checked = await setup.call("doctor")
    assert (checked.status, "failed" in checked.out, "warning" in checked.out) == (0, False, False)
    assert "only you may read config.env" in checked.out
    # The second of two commands: it finds the tokens by itself.
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "run"), cwd=setup.folder, env=setup.environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        await discord_server.gateway.ready()
        await telegram_server.polling()
    finally:
        process.terminate()
        _, err = await process.communicate()
    assert process.returncode == 0
    assert not any(token.encode() in err for token in TOKENS.values())


async def test_problems_are_among_the_next_steps(
    setup: SetupFolder, discord_server: DiscordServer, telegram_server: TelegramServer
) -> None:
    discord_server.application["flags"] = 0
    telegram_server.reads_all_messages = False
    ended = await setup.call("init", "--yes", "--secrets", "-", stdin=LINES)
    assert ended.status == 0
    _, _, steps = ended.out.partition("\nNext:\n")
    assert re.search(r"^  \d\. Discord: .*turn Message Content Intent on", steps, re.MULTILINE)
    assert re.search(r"^  \d\. Telegram: send /setprivacy to @BotFather", steps, re.MULTILINE)


async def test_tokens_of_the_environment_are_checked_and_not_written(setup: SetupFolder) -> None:
    ended = await setup.call("init", "--yes", **TOKENS)
    assert ended.status == 0
    assert "ok       discord.token" in ended.out
    assert "ok       telegram.token" in ended.out
    assert setup.settings.exists()
    assert not setup.secrets.exists()


async def test_a_refused_token_is_not_written(setup: SetupFolder) -> None:
    lines = f"DISCORD_TOKEN=wrong-token\nTELEGRAM_TOKEN={telegram.TOKEN}\n"
    ended = await setup.call("init", "--yes", "--secrets", "-", stdin=lines)
    assert ended.status == 1
    assert ended.error.startswith("Discord refused the token; give another one")
    assert "wrong-token" not in ended.out + ended.err
    assert setup.settings.exists()
    assert setup.secrets.read_text() == f"TELEGRAM_TOKEN={telegram.TOKEN}\n"


@pytest.mark.parametrize("offline", [True, False])
async def test_an_unreachable_platform_does_not_block_the_setup(
    setup: SetupFolder, offline: bool
) -> None:
    nowhere = {
        "EMOJI_REACTOR__DISCORD__API_BASE": "http://127.0.0.1:9/api/v10",
        "EMOJI_REACTOR__TELEGRAM__BASE_URL": "http://127.0.0.1:9",
    }
    arguments = ("--yes", "--secrets", "-", *(["--offline"] if offline else []))
    ended = await setup.call("init", *arguments, stdin=LINES, **nowhere)
    assert (ended.status, ended.err) == (0, "")
    assert ("no answer from Discord" in ended.out) is not offline
    for words in ("Message Content Intent", "/setprivacy", "make it an admin", "doctor, which"):
        assert words in ended.out
    assert setup.secrets.read_text() == LINES


async def test_files_are_not_overwritten_without_force(setup: SetupFolder) -> None:
    setup.settings.write_text("[log]\nlevel = 'debug' # mine\n")
    ended = await setup.call("init", "--yes", "--secrets", "-", stdin=LINES)
    assert (ended.status, ended.out) == (2, "")
    assert ended.error == "config.toml: is there already; --update changes it"
    assert not setup.secrets.exists()
    ended = await setup.call("init", "--yes", "--update", "--set", "reactions.max_per_message=2")
    assert ended.status == 0
    assert setup.settings.read_text() == (
        "[log]\nlevel = 'debug' # mine\n\n[reactions]\nmax_per_message = 2\n"
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["--set", "reactions.chance=2"], "", "config.toml: reactions.chance: "),
        (["--set", "discord.token=zanzibar"], "", "--set: discord.token: unknown key"),
        (["--secrets", "-"], "DISCORD_TOKEN='zanzibar zanzibar'", "DISCORD_TOKEN: holds"),
        (
            ["--set", "database.url=postgresql+asyncpg://bot:zanzibar@host/name"],
            "",
            "give it as EMOJI_REACTOR__DATABASE__URL in --secrets",
        ),
    ],
)
async def test_invalid_options_are_refused_before_files_are_written(
    setup: SetupFolder, arguments: list[str], stdin: str, words: str
) -> None:
    ended = await setup.call("init", "--yes", *arguments, stdin=stdin)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.error
    assert "zanzibar" not in ended.err
    assert list(setup.folder.iterdir()) == []


async def test_without_a_terminal_there_are_no_prompts(setup: SetupFolder) -> None:
    ended = await setup.call("init")
    assert (ended.status, "--yes" in ended.error) == (2, True)
    assert list(setup.folder.iterdir()) == []


async def test_postgresql_gets_a_secret_and_its_password_stays_out_of_the_settings(
    setup: SetupFolder,
) -> None:
    url = "postgresql+asyncpg://bot:hunter2@host/name"
    line = f"EMOJI_REACTOR__DATABASE__URL={url}\n"
    ended = await setup.call("init", "--yes", "--secrets", "-", stdin=line)
    assert (ended.status, "hunter2" in ended.out) == (0, False)
    secrets = setup.secrets.read_text()
    assert secrets.startswith(line)
    assert re.fullmatch(r"EMOJI_REACTOR_SECRET=[0-9a-f]{64}", secrets.splitlines()[1])
    assert "hunter2" not in setup.settings.read_text("utf-8")


async def test_prompts(setup: SetupFolder) -> None:
    def converse() -> None:
        with setup.on_terminal() as process:
            process.read_until("Discord? [Y/n]: ")
            process.send("y\n")
            assert "Message Content Intent" in process.read_until("empty for none): ")
            process.send("wrong-token\n")
            assert "Discord refused the token" in process.read_until("empty for none): ")
            process.send(f"{discord.TOKEN}\n")
            assert f"open {invite_url(int(BOT))}" in process.read_until("Telegram? [Y/n]: ")
            process.send("n\n")
            process.read_until("Matrix? [y/N]: ")
            process.send("y\n")
            process.read_until("server for the bot []: ")
            process.send("nowhere\n")
            assert "matrix.homeserver" in process.read_until("server for the bot []: ")
            process.send("https://matrix.example.org\n")
            process.read_until("empty for none): ")
            process.send("\n")
            process.read_until("[react]: ")
            process.send("loud\n")
            assert "reactions.mode" in process.read_until("[react]: ")
            process.send("reply\n")
            process.read_until("[1.0]: ")
            process.send("0.25\n")
            process.read_until("[365]: ")
            process.send("\n")
            process.read_until("[no]: ")
            process.send("docker\n")
            assert "one of no, systemd, compose" in process.read_until("[no]: ")
            process.send("compose\n")
            process.read_until("docker compose up --detach")
            assert process.wait() == 0
            assert discord.TOKEN not in process.output
            assert "wrong-token" not in process.output

    await asyncio.to_thread(converse)
    written = tomllib.loads(setup.settings.read_text("utf-8"))
    assert (written["reactions"]["mode"], written["reactions"]["chance"]) == ("reply", 0.25)
    assert setup.settings.read_text("utf-8").count("#") == read_example().count("#")
    tokens, _, secret = setup.secrets.read_text().partition("EMOJI_REACTOR_SECRET=")
    assert (tokens, len(secret)) == (f"DISCORD_TOKEN={discord.TOKEN}\n", 65)
    assert (setup.folder / "compose.yaml").read_text() == (ROOT / "deploy/compose.yaml").read_text()


async def test_prompts_with_an_existing_file(setup: SetupFolder) -> None:
    setup.settings.write_text("[log]\nlevel = 'debug' # mine\n")
    setup.secrets.write_text(f"TELEGRAM_TOKEN={telegram.TOKEN}\n")

    def decline() -> None:
        with setup.on_terminal() as process:
            assert "is there already. Change it?" in process.read_until("[y/N]: ")
            process.send("\n")
            process.read_until("config.toml was left as it is")
            assert process.wait() == 0

    def accept() -> None:
        with setup.on_terminal() as process:
            process.read_until("[y/N]: ")
            process.send("y\n")
            process.read_until("Discord? [Y/n]: ")
            process.send("n\n")
            process.read_until("Telegram? [Y/n]: ")
            process.send("y\n")
            assert "the bot is @" in process.read_until("Keep this one? [Y/n]: ")
            process.send("\n")
            process.read_until("Matrix? [y/N]: ")
            process.send("\n")
            process.read_until("[react]: ")
            process.send("mention_only\n")
            process.read_until("[1.0]: ")
            process.send("\n")
            process.read_until("[365]: ")
            process.send("30\n")
            process.read_until("[no]: ")
            process.send("\n")
            process.read_until("emoji-reactor run")
            assert process.wait() == 0

    await asyncio.to_thread(decline)
    assert setup.settings.read_text() == "[log]\nlevel = 'debug' # mine\n"
    await asyncio.to_thread(accept)
    assert "level = 'debug' # mine" in setup.settings.read_text()
    assert setup.secrets.read_text() == f"TELEGRAM_TOKEN={telegram.TOKEN}\n"


async def test_an_interrupted_setup_writes_nothing(setup: SetupFolder) -> None:
    def leave() -> None:
        with setup.on_terminal("--offline") as process:
            process.read_until("Discord? [Y/n]: ")
            process.send("y\n")
            process.read_until("empty for none): ")
            process.send("some-token\n")
            process.read_until("Telegram? [Y/n]: ")
            process.interrupt("nothing was written")
            assert process.wait() == 130

    await asyncio.to_thread(leave)
    assert list(setup.folder.iterdir()) == []
