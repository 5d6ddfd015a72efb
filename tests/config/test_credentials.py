"""Credentials: sources, and that they are never printed."""

import stat
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.credentials import Credentials, load, load_hash_secret
from bot.config.errors import ConfigError
from bot.platforms import PLATFORMS

TOKEN = "123456:AAEhBOweik6ad6PsEzwUFHJkl0987654321"


def test_tokens_are_read_from_variables_or_files(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    loaded = load({"DISCORD_TOKEN": " abc ", "TELEGRAM_TOKEN_FILE": str(file)})
    assert loaded.tokens == {"discord": SecretStr("abc"), "telegram": SecretStr(TOKEN)}
    tokens = {platform.name: loaded.token(platform) for platform in PLATFORMS}
    assert tokens == {"discord": "abc", "telegram": TOKEN, "matrix": None}
    assert loaded.hash_secret is None
    assert set(loaded.secret_values()) == {"abc", TOKEN}


def test_an_empty_variable_is_unset() -> None:
    assert load({"DISCORD_TOKEN": "", "TELEGRAM_TOKEN": " "}) == Credentials()


def test_secrets_are_not_printed() -> None:
    assert TOKEN not in repr(load({"TELEGRAM_TOKEN": TOKEN}))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": "b"}, "DISCORD_TOKEN: set it or"),
        ({"DISCORD_TOKEN_FILE": "/nowhere/at/all"}, "DISCORD_TOKEN_FILE: cannot be read"),
        ({"TELEGRAM_TOKEN": "Bearer abc"}, "TELEGRAM_TOKEN: holds characters"),
        ({"TELEGRAM_TOKEN": "töken"}, "TELEGRAM_TOKEN: holds characters"),
        ({"EMOJI_REACTOR_SECRET": "short"}, "EMOJI_REACTOR_SECRET: should have 16"),
    ],
)
def test_errors_name_the_variable(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(environment)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_an_unreadable_secret_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match="DISCORD_TOKEN_FILE"):
        load({"DISCORD_TOKEN_FILE": str(tmp_path / "token")})


def test_the_hash_secret_is_created_once_and_private(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    first = load_hash_secret(None, database)
    file = tmp_path / "bot.db.secret"
    assert len(first) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_hash_secret(None, database) == first
    assert list(tmp_path.iterdir()) == [file]


def test_concurrent_starts_create_one_secret(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    found: list[bytes] = []

    def start() -> None:
        barrier.wait()
        found.append(load_hash_secret(None, tmp_path / "bot.db"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_configured_hash_secret_takes_precedence(tmp_path: Path) -> None:
    assert load_hash_secret(SecretStr("x" * 20), tmp_path / "bot.db") == b"x" * 20
    assert not list(tmp_path.iterdir())


def test_a_server_database_needs_the_hash_secret() -> None:
    with pytest.raises(ConfigError, match="EMOJI_REACTOR_SECRET"):
        load_hash_secret(None, None)


def test_a_corrupt_secret_file_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "bot.db.secret").write_text("abc")
    with pytest.raises(ConfigError, match=r"bot\.db\.secret"):
        load_hash_secret(None, tmp_path / "bot.db")
    assert (tmp_path / "bot.db.secret").read_text() == "abc"


def test_a_new_secret_for_an_existing_database_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_hash_secret(None, tmp_path / "bot.db", members_exist=True)
    load_hash_secret(None, tmp_path / "bot.db", members_exist=True)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("written", ['"abc.def"', "'abc.def'", ' "abc.def" '])
def test_quotes_of_an_environment_file_are_no_part_of_a_token(written: str) -> None:
    assert load({"DISCORD_TOKEN": written}).secret_values() == ["abc.def"]


def test_a_token_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\ufeff'abc.def'\n", encoding="utf-8")
    found = load({"DISCORD_TOKEN_FILE": str(tmp_path / "token")})
    assert found.secret_values() == ["abc.def"]
