"""``emoji-reactor doctor``: files on this machine, and the Hub."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

import bot
from bot.config.sections import ModelSettings
from bot.serving import open_registry
from model.artifact import LAYOUT
from tests.cli.conftest import BOT, CommandLine, CommandResult
from tests.hub_server import HubServer
from tests.tiny import write_tiny_artifact

HUB_TOKEN = "hf_" + "a" * 34


def checks(result: CommandResult) -> Mapping[str, Mapping[str, str]]:
    assert result.err == ""
    return {check["check"]: check for check in json.loads(result.out)["checks"]}


def model_check(cli: CommandLine) -> Mapping[str, str]:
    return checks(cli("doctor", "--json"))["model"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[discrod]", "config.toml: discrod: unknown key; did you mean discord?"),
        ("[telegram]\ntoken = 'zanzibar'", "secrets do not belong in this file"),
    ],
)
def test_invalid_settings_stop_further_checks(cli: CommandLine, text: str, message: str) -> None:
    Path("config.toml").write_text(text)
    result = cli("doctor", "--json")
    assert result.status == 1
    assert list(checks(result)) == ["settings"]
    assert message in checks(result)["settings"]["message"]
    assert "zanzibar" not in result.out


def test_a_missing_settings_file_is_reported(cli: CommandLine) -> None:
    result = cli("doctor", "--config", "none.toml")
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("failed   settings            none.toml: cannot be read")


def test_an_invalid_secret_is_not_quoted(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "two words")
    result = cli("doctor")
    assert (result.status, result.err) == (1, "")
    assert "failed   secrets" in result.out
    assert "two words" not in result.out


def test_readable_secret_files_are_reported(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path.cwd().chmod(0o755)
    Path("token").write_text("abc")
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", "token")
    monkeypatch.setenv("EMOJI_REACTOR__TELEGRAM__ENABLED", "false")
    Path("token").chmod(0o604)
    assert checks(cli("doctor", "--json"))["secrets"]["remedy"] == "chmod 600 token"
    Path("token").chmod(0o600)
    assert checks(cli("doctor", "--json"))["secrets"]["message"] == "only you may read token"
    assert checks(cli("doctor", "--json"))["telegram"]["message"].endswith(
        "telegram.enabled is false"
    )


def test_an_unreadable_secrets_file_is_reported(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config.env").write_text("DISCORD_TOKEN=abc.def\n")
    real_access = os.access

    def access(path: str | Path, mode: int) -> bool:  # the user that runs the tests may be root
        closed = mode != os.F_OK and str(path) == "config.env"
        return not closed and real_access(path, mode)

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setenv("EMOJI_REACTOR__DISCORD__ENABLED", "false")
    monkeypatch.setenv("DISCORD_TOKEN", "another")
    found = checks(cli("doctor", "--json"))["secrets"]
    assert (found["status"], found["message"].startswith("this user may not read config.env")) == (
        "warning",
        True,
    )


def test_postgres_needs_a_secret(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji"
    monkeypatch.setenv("EMOJI_REACTOR__DATABASE__URL", url)
    result = cli("doctor", "--json")
    assert (
        checks(result)["pseudonyms"]["status"] == checks(result)["database"]["status"] == "failed"
    )
    assert "hunter2" not in result.out
    monkeypatch.setenv("EMOJI_REACTOR_SECRET", "sixteen-or-more-letters")
    result = cli("doctor", "--json")
    assert checks(result)["pseudonyms"]["status"] == "ok"
    assert "sixteen" not in result.out


def test_settings_with_a_password_must_be_private(cli: CommandLine) -> None:
    Path.cwd().chmod(0o755)
    url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji"
    Path("config.toml").write_text(f'[database]\nurl = "{url}"\n')
    Path("config.toml").chmod(0o644)
    found = checks(cli("doctor", "--json"))["secrets"]
    assert (found["status"], found["remedy"]) == ("warning", "chmod 600 config.toml")
    Path("config.toml").chmod(0o600)
    assert checks(cli("doctor", "--json"))["secrets"]["status"] == "ok"


def test_the_artifact_is_loaded_and_predicts(cli: CommandLine, tiny_artifact: Path) -> None:
    found = model_check(cli)
    assert found["status"] == "ok"
    assert found["message"].startswith("tiny-")


def test_a_corrupt_artifact_is_reported(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_artifact(tmp_path / "broken")
    with (tmp_path / "broken" / LAYOUT.encoder).open("ab") as file:
        file.write(b"!")
    monkeypatch.setenv("EMOJI_REACTOR__MODEL__SOURCE", str(tmp_path / "broken"))
    found = model_check(cli)
    assert found["status"] == "failed"
    assert "is corrupt (its SHA-256 differs)" in found["message"]


def test_a_corrupt_promotion_is_reported_and_not_served(
    cli: CommandLine, tmp_path: Path, tiny_artifact: Path
) -> None:
    write_tiny_artifact(tmp_path / "next", "next", seed=1)
    registry = open_registry(ModelSettings(source=str(tiny_artifact)))
    promoted = registry.promote(tmp_path / "next")
    assert promoted.version in model_check(cli)["message"]
    (promoted.folder / LAYOUT.tokenizer).unlink()
    found = model_check(cli)
    assert found["status"] == "warning"
    assert "is missing" in found["message"]
    assert "tiny-" in found["message"]
    assert "--rollback" in found["remedy"]


@pytest.fixture
async def hub() -> AsyncIterator[HubServer]:
    server = HubServer()
    server.uploads.token = HUB_TOKEN
    await server.start()
    yield server
    await server.close()


@pytest.mark.parametrize(
    ("role", "token", "status", "message"),
    [
        ("write", HUB_TOKEN, "ok", "HF_TOKEN belongs to someone"),
        ("fineGrained", HUB_TOKEN, "ok", "HF_TOKEN belongs to someone"),
        ("read", HUB_TOKEN, "warning", "may only read"),
        ("write", "hf_" + "b" * 34, "failed", "the Hub refused HF_TOKEN"),
    ],
)
async def test_the_token_of_the_hub(
    hub: HubServer,
    environment: Mapping[str, str],
    role: str,
    token: str,
    status: str,
    message: str,
) -> None:
    hub.role = role
    found = await check_hub(environment, hub.endpoint, token)
    assert (found["status"], message in found["message"]) == (status, True)


async def test_an_unreachable_hub_is_reported(environment: Mapping[str, str]) -> None:
    found = await check_hub(environment, "http://127.0.0.1:9", HUB_TOKEN)
    assert (found["status"], "no answer from the Hub" in found["message"]) == ("warning", True)


async def check_hub(environment: Mapping[str, str], endpoint: str, token: str) -> Mapping[str, str]:
    """Return the Hub check of a subprocess."""
    given = {"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "HF_TOKEN": token}
    process = await asyncio.create_subprocess_exec(
        *(*BOT, "doctor", "--json"),
        env={**environment, **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert token.encode() not in out + err
    return checks(CommandResult(process.returncode or 0, out.decode(), err.decode()))["hub"]


def test_the_reader_of_a_pipe_may_close_it(cli: CommandLine) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m bot doctor | head -1"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(bot.__file__).parents[1])},
        check=False,
    )
    assert ended.stdout.startswith("ok       settings")
    assert ended.stderr == ""


def test_a_database_that_others_may_read(cli: CommandLine) -> None:
    Path.cwd().chmod(0o755)
    assert cli("db", "upgrade").status == 0
    assert checks(cli("doctor", "--json"))["secrets"]["status"] == "ok"
    Path("emoji-reactor.db").chmod(0o644)
    assert checks(cli("doctor", "--json"))["secrets"]["remedy"] == "chmod 600 emoji-reactor.db"


def test_a_platform_without_its_required_setting_is_not_asked(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATRIX_TOKEN", "token")
    found = checks(cli("doctor", "--json"))
    assert found["matrix.homeserver"]["status"] == "failed"
    assert "matrix.connection" not in found
