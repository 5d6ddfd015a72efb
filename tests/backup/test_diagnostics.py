"""``doctor`` tells the age of the last backup to operators who make backups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backup.diagnostics import check_backups
from bot.backup.manifest import Reason
from bot.backup.rotation import file_name
from bot.config.settings import Settings
from bot.core.diagnostic import Status
from tests.backup.conftest import Program, only_backup

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def settings_with(folder: Path) -> Settings:
    return Settings.model_validate({"backup": {"folder": str(folder)}})


def test_nothing_is_said_of_backups_that_nobody_makes(tmp_path: Path) -> None:
    assert check_backups(settings_with(tmp_path / "none"), NOW) == []
    (tmp_path / file_name(NOW, Reason.MIGRATION)).touch()
    assert check_backups(settings_with(tmp_path), NOW) == []


@pytest.mark.parametrize(
    ("age", "status", "words"),
    [
        (timedelta(minutes=90), Status.OK, "the last of 1 in {} is 1 hour old"),
        (timedelta(hours=47), Status.OK, "47 hours old"),
        (timedelta(days=8), Status.OK, "8 days old"),
        (timedelta(days=40), Status.WARNING, "40 days old"),
    ],
)
def test_the_age_of_the_last_backup(
    in_process: Program, tmp_path: Path, age: timedelta, status: Status, words: str
) -> None:
    in_process("db", "upgrade")
    assert in_process("backup", "create").status == 0
    backup = only_backup(tmp_path / "backups")
    backup.rename(backup.with_name(file_name(NOW - age, Reason.MANUAL)))
    [diagnostic] = check_backups(settings_with(backup.parent), NOW)
    assert (diagnostic.check, diagnostic.status) == ("backup", status)
    assert words.format(backup.parent) in diagnostic.message


def test_a_last_backup_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / file_name(NOW, Reason.MANUAL)
    path.write_bytes(b"a diary")
    [diagnostic] = check_backups(settings_with(tmp_path), NOW)
    assert diagnostic.status is Status.WARNING
    assert diagnostic.message.startswith(f"{path}: is no backup")


def test_doctor_tells_it(in_process: Program) -> None:
    in_process("db", "upgrade")
    assert " backup " not in in_process("doctor").out
    assert in_process("backup", "create").status == 0
    assert "ok       backup              the last of 1 in backups is 0 hours old" in (
        in_process("doctor").out
    )
