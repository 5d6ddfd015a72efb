"""Secrets file: permissions, content and precedence."""

import os
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.errors import ConfigError
from bot.config.secrets_file import (
    load_into_environment,
    parse,
    read,
    secrets_path,
    with_values,
    write,
)

PLAIN = "".join(sorted(set(string.printable) - set(string.whitespace) - set("\"'\\")))
UNPRIVILEGED_USER = 65_534
TOKENS = st.dictionaries(
    st.sampled_from(["DISCORD_TOKEN", "TELEGRAM_TOKEN", "EMOJI_REACTOR__DATABASE__URL"]),
    st.text(PLAIN, min_size=1, max_size=30),
)
LINES = st.lists(
    st.sampled_from(
        ["# mine", "", "HTTPS_PROXY=http://proxy", "DISCORD_TOKEN=old", "export TELEGRAM_TOKEN=old"]
    )
)


@given(LINES, TOKENS)
def test_values_round_trip_and_other_lines_stay(lines: list[str], values: dict[str, str]) -> None:
    before = "\n".join(lines)
    text = with_values(before, values)
    assert parse(text) == parse(before) | values
    for name in ("# mine", "HTTPS_PROXY"):
        assert text.count(name) == before.count(name)
    assert with_values(text, values) == text
    assert all(text.count(f"{name}=") == 1 for name in values)


@pytest.mark.parametrize("value", ["", "two words", "tab\t", 'quo"te', "it's", "back\\slash", "é"])
def test_ambiguous_values_are_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        write(tmp_path / "config.env", {"DISCORD_TOKEN": value})
    assert str(error.value) == "DISCORD_TOKEN: holds characters that no token has"
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_private(tmp_path: Path) -> None:
    path = secrets_path(tmp_path / "config.toml")
    path.write_text("DISCORD_TOKEN_FILE=/run/secrets/discord\nEMOJI_REACTOR_SECRET=abc")
    path.chmod(0o644)
    write(path, {"DISCORD_TOKEN": "abc"})
    assert path.stat().st_mode & 0o777 == 0o600
    # A token and a file with a token would contradict each other.
    assert path.read_text() == "EMOJI_REACTOR_SECRET=abc\nDISCORD_TOKEN=abc\n"
    assert [file.name for file in tmp_path.iterdir()] == ["config.env"]


def test_the_environment_takes_precedence_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    write(
        secrets_path(config),
        {
            "DISCORD_TOKEN": "kept",
            "TELEGRAM_TOKEN": "kept",
            "EMOJI_REACTOR_SECRET": "kept",
            "EMOJI_REACTOR__LOG__LEVEL": "debug",
            "PATH": "kept",
        },
    )
    environment = {"DISCORD_TOKEN": "given", "TELEGRAM_TOKEN_FILE": "given", "PATH": "given"}
    load_into_environment(config, environment)
    assert environment == {
        "DISCORD_TOKEN": "given",
        "TELEGRAM_TOKEN_FILE": "given",
        "EMOJI_REACTOR_SECRET": "kept",
        "EMOJI_REACTOR__LOG__LEVEL": "debug",
        "PATH": "given",
    }


@contextmanager
def as_unprivileged_user(path: Path) -> Iterator[None]:
    """Run as a user without read permission; root may read every file."""
    path.chmod(0)
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(UNPRIVILEGED_USER)
    try:
        yield
    finally:
        os.seteuid(mine)


def test_a_file_of_another_user_is_not_read(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    write(secrets_path(config), {"DISCORD_TOKEN": "abc"})
    environment = {"TELEGRAM_TOKEN": "given"}
    with as_unprivileged_user(secrets_path(config)):
        load_into_environment(config, environment)
    assert environment == {"TELEGRAM_TOKEN": "given"}
    load_into_environment(config, environment)  # root may read it, another user may not
    assert ("DISCORD_TOKEN" in environment) is (os.geteuid() == 0)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    assert read(tmp_path / "config.env") == {}
    (tmp_path / "config.env").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigError, match="not a text file"):
        read(tmp_path / "config.env")
    with pytest.raises(ConfigError, match="not a text file"):
        write(tmp_path / "config.env", {"DISCORD_TOKEN": "abc"})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(tmp_path)
