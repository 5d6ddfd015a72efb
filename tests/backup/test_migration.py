"""A backup before each migration that alters something, and downgrades."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backup.manifest import Reason
from bot.backup.migration import remove_expired_backups
from bot.backup.rotation import file_name
from bot.config.settings import Settings
from bot.database.engine import head_revision
from tests.backup.conftest import NEW_REVISION, Program, only_backup
from tests.backup.test_restore import members, opt_out

HEAD = head_revision()


def has_novelty(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        query = "select count(*) from sqlite_master where name = 'novelty'"
        return bool(connection.execute(query).fetchone()[0])


def test_a_first_start_and_one_without_migrations_make_no_backup(
    in_process: Program, tmp_path: Path
) -> None:
    for _ in range(2):
        assert in_process("db", "upgrade").status == 0
        assert in_process("feedback", "stats").status == 0
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("command", [("db", "upgrade"), ("feedback", "stats")])
def test_a_migration_begins_with_a_backup(
    program: Program,
    in_process: Program,
    database: Path,
    tmp_path: Path,
    newer: Mapping[str, str],
    command: tuple[str, ...],
) -> None:
    in_process("db", "upgrade")
    opt_out(database, "anna")
    ended = program(*command, **newer)
    assert ended.status == 0
    backup = only_backup(tmp_path / "backups", "migration")
    assert f"the database is migrated; a backup of it is backups/{backup.name}" in ended.err
    assert has_novelty(database)
    # The earlier release refuses its database, and restores the backup.
    assert "comes from a newer version" in program("feedback", "stats").error
    assert program("backup", "restore", str(backup)).status == 0
    assert not has_novelty(database)
    assert members(database) == {"anna"}
    assert program("feedback", "stats").status == 0


def test_a_backup_that_fails_keeps_the_migration_away(
    program: Program, in_process: Program, database: Path, tmp_path: Path, newer: Mapping[str, str]
) -> None:
    in_process("db", "upgrade")
    (tmp_path / "backups").write_text("a file where the folder should be")
    ended = program("db", "upgrade", **newer)
    assert ended.status == 1
    assert "the backup before the migration failed, nothing was changed: backups: " in ended.error
    assert not has_novelty(database)
    off = {"EMOJI_REACTOR__BACKUP__BEFORE_MIGRATION": "false"}
    assert program("db", "upgrade", **newer, **off).status == 0
    assert has_novelty(database)


def test_a_downgrade_begins_with_a_backup(
    program: Program, database: Path, tmp_path: Path, newer: Mapping[str, str]
) -> None:
    program("db", "upgrade", **newer)
    opt_out(database, "anna")
    for revision in ("base", "9999"):
        refused = program("db", "downgrade", revision, **newer)
        assert refused.status == 1
        assert f"{revision} is not an earlier one (those are: {HEAD}" in refused.error
    ended = program("db", "downgrade", HEAD, **newer)
    assert (ended.status, ended.err) == (0, "")
    assert f"revision {HEAD}" in ended.out
    assert not has_novelty(database)
    assert members(database) == {"anna"}
    assert program("feedback", "stats").status == 0
    backup = only_backup(tmp_path / "backups", "downgrade")
    assert "comes from a newer version" in program("backup", "restore", str(backup)).error
    assert program("backup", "restore", str(backup), **newer).status == 0
    assert has_novelty(database)


def test_a_downgrade_without_pg_dump_is_refused(
    program: Program, postgres_variables: Mapping[str, str], newer: Mapping[str, str]
) -> None:
    program("db", "upgrade", **{**postgres_variables, **newer})
    variables = {**postgres_variables, **newer, "PATH": "/nowhere"}
    refused = program("db", "downgrade", HEAD, **variables)
    assert refused.status == 1
    assert "pg_dump is not installed" in refused.error
    assert program("db", "downgrade", HEAD, "--no-backup", **variables).status == 0
    assert program("feedback", "stats", **postgres_variables).status == 0


def test_a_migration_of_postgresql_is_backed_up_if_it_can_be(
    program: Program,
    in_process: Program,
    postgres_variables: Mapping[str, str],
    newer: Mapping[str, str],
    tmp_path: Path,
) -> None:
    in_process("db", "upgrade", **postgres_variables)
    ended = program("db", "upgrade", **{**postgres_variables, **newer})
    assert ended.status == 0
    backup = only_backup(tmp_path / "backups", "migration")
    restored = program("backup", "restore", str(backup), **postgres_variables)
    assert (restored.status, restored.err) == (0, "")
    ended = program("db", "upgrade", **{**postgres_variables, **newer, "PATH": "/nowhere"})
    assert ended.status == 0
    [line] = ended.err.splitlines()
    assert "the database is migrated without a backup: pg_dump is not installed" in line
    assert NEW_REVISION in ended.out


def test_automatic_backups_go_when_texts_do(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for reason in Reason:
        for days in (13, 15):
            (tmp_path / file_name(now - timedelta(days=days), reason)).touch()
    remove_expired_backups(Settings.model_validate({"backup": {"folder": str(tmp_path)}}), now)
    left = {(path.name.split("-")[-1]) for path in tmp_path.iterdir()}
    assert left == {f"{reason}.zip" for reason in Reason}
    assert len(list(tmp_path.iterdir())) == len(Reason) + 1
