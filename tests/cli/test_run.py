"""``emoji-reactor run`` without a platform to run."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.stored_rows import DATABASE


def test_missing_tokens_are_named(cli: CommandLine) -> None:
    result = cli("run")
    assert (result.status, result.out) == (3, "")
    assert result.error.startswith(
        "nothing to run: DISCORD_TOKEN is not set; TELEGRAM_TOKEN is not set;"
        " MATRIX_TOKEN is not set."
    )
    assert not Path(DATABASE).exists()


def test_disabled_platforms_are_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "abc")
    Path("config.toml").write_text("[discord]\nenabled = false\n")
    result = cli("run")
    assert result.status == 3
    assert "discord.enabled is false; TELEGRAM_TOKEN is not set" in result.error


def test_an_invalid_token_is_refused_and_not_quoted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "two words")
    result = cli("run")
    assert result.status == 2
    assert result.error == "DISCORD_TOKEN: holds characters that no token has"
