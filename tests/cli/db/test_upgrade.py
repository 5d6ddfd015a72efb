"""``emoji-reactor db``."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.stored_rows import DATABASE, query


def test_current_changes_nothing_and_upgrade_migrates(cli: CommandLine) -> None:
    before = cli("db", "current")
    head = before.out.split()[-1]
    assert before.out == f"{DATABASE}: revision none, newest {head}\n"
    assert not Path(DATABASE).exists()
    assert cli("db", "upgrade").out == f"{DATABASE}: revision {head}\n"
    assert cli("db", "upgrade").out == f"{DATABASE}: revision {head}\n"
    assert cli("db", "current").out == f"{DATABASE}: revision {head}, newest {head}\n"
    assert query("select version_num from alembic_version") == [(head,)]


@pytest.mark.parametrize("command", ["db upgrade", "feedback stats", "chat"])
def test_a_database_that_cannot_be_created_is_a_one_line_error(
    cli: CommandLine, command: str
) -> None:
    Path("config.toml").write_text('[database]\nurl = "sqlite+aiosqlite:///no/such/bot.db"\n')
    result = cli(*command.split())
    assert (result.status, result.out) == (1, "")
    assert result.error == "no/such/bot.db: unable to open database file"


def test_an_unreachable_server_is_a_one_line_error_without_the_password(
    cli: CommandLine,
) -> None:
    url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji"
    Path("config.toml").write_text(f'[database]\nurl = "{url}"\n')
    result = cli("db", "upgrade")
    assert result.status == 1
    # Down, or its driver not installed.
    assert (
        "127.0.0.1:1/emoji" in result.error
        or "pip install 'emoji-reactor[postgres]'" in result.error
    )
    assert "hunter2" not in result.error
