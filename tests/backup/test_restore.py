"""Restores of SQLite databases: whole or not at all, refused by name, without a foreign log."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.backup.archive import open_archive
from bot.backup.manifest import BackupError
from tests.backup.conftest import SECRET, Program, only_backup
from tests.backup.test_create import count, use_write_ahead_log, writing
from tests.cli.conftest import BOT, CommandLine, CommandResult

KILLS = 6
SIDE_FILES = ("-wal", "-shm", "-journal")


def opt_out(database: Path, *members: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "insert into opt_out values ('console', ?, '2026-01-02')", [(name,) for name in members]
        )


def members(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        return {row[0] for row in connection.execute("select member from opt_out")}


def side_files(database: Path) -> list[str]:
    return [s for s in SIDE_FILES if database.with_name(database.name + s).exists()]


@pytest.fixture
def backup(cli: CommandLine, database: Path, tmp_path: Path, secret_file: Path) -> Path:
    """A backup in which anna opted out; in the database, bert did later."""
    assert cli("db", "upgrade").status == 0
    opt_out(database, "anna")
    assert cli("backup", "create", "--folder", "kept").status == 0
    opt_out(database, "bert")
    return only_backup(tmp_path / "kept")


def altered(backup: Path, alter: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the backup anew with other files."""
    with zipfile.ZipFile(backup) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    alter(files)
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return backup


def set_in_manifest(**values: object) -> Callable[[dict[str, bytes]], None]:
    def alter(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | values).encode()

    return alter


def assert_refused(ended: CommandResult, backup: Path, words: str) -> None:
    assert ended.status == 1
    assert str(backup) in ended.error
    assert words in ended.error


def test_a_restored_database_is_that_of_the_backup(
    program: Program, backup: Path, database: Path, tmp_path: Path
) -> None:
    ended = program("backup", "restore", str(backup))
    assert (ended.status, ended.err) == (0, "")
    assert members(database) == {"anna"}
    assert database.stat().st_mode & 0o777 == 0o600
    before = only_backup(tmp_path / "backups", "restore")
    assert f"{before.relative_to(tmp_path)}: the database before" in ended.out
    assert program("backup", "restore", str(before)).status == 0
    assert members(database) == {"anna", "bert"}


def test_a_new_machine_gets_secret_and_settings(
    cli: CommandLine, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[database]\nurl = 'sqlite+aiosqlite:///other.db'\n")
    shutil.copy(tmp_path / "emoji-reactor.db", tmp_path / "other.db")
    shutil.copy(tmp_path / "emoji-reactor.db.secret", tmp_path / "other.db.secret")
    (tmp_path / "config.env").write_text("TELEGRAM_TOKEN=123:abc\n")
    assert cli("backup", "create", "--secrets", "--folder", "full").status == 0
    full = only_backup(tmp_path / "full")
    new = tmp_path / "new machine"
    new.mkdir()
    monkeypatch.chdir(new)
    ended = cli("backup", "restore", str(full), "--settings")
    assert (ended.status, ended.err) == (0, "")
    assert members(new / "other.db") == {"anna", "bert"}
    for name, content in {
        "other.db.secret": f"{SECRET}\n",
        "config.toml": (tmp_path / "config.toml").read_text(),
        "config.env": "TELEGRAM_TOKEN=123:abc\n",
    }.items():
        assert (new / name).read_text() == content
        assert (new / name).stat().st_mode & 0o777 == 0o600
    (new / "config.toml").write_text("[log]\n")
    ended = cli("backup", "restore", str(full), "--settings")
    assert ended.error == "config.toml: exists and differs from the backup's; move it away"


def test_another_secret_is_refused(
    cli: CommandLine,
    backup: Path,
    database: Path,
    secret_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret_file.write_text("another secret of that length")
    ended = cli("backup", "restore", str(backup))
    assert_refused(ended, backup, f"another pseudonym secret than {secret_file.name}")
    assert ended.error.endswith("move that file away")
    monkeypatch.setenv("EMOJI_REACTOR_SECRET", "a-third-secret-of-that-length")
    ended = cli("backup", "restore", str(backup))
    assert_refused(ended, backup, "another pseudonym secret than EMOJI_REACTOR_SECRET")
    assert members(database) == {"anna", "bert"}
    monkeypatch.setenv("EMOJI_REACTOR_SECRET", SECRET)
    assert cli("backup", "restore", str(backup)).status == 0


def test_a_secret_that_is_kept_elsewhere_is_needed(
    cli: CommandLine, backup: Path, secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_file.unlink()
    monkeypatch.setenv("EMOJI_REACTOR_SECRET", SECRET)
    assert cli("backup", "create", "--folder", "without").status == 0
    without = only_backup(backup.parents[1] / "without")
    monkeypatch.delenv("EMOJI_REACTOR_SECRET")
    assert_refused(cli("backup", "restore", str(without)), without, "set EMOJI_REACTOR_SECRET")
    assert cli("backup", "restore", str(backup)).status == 0
    assert secret_file.read_text().strip() == SECRET


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (set_in_manifest(revision="9999"), "comes from a newer version of Emoji Reactor"),
        (set_in_manifest(dialect="postgresql"), "is a backup of postgresql"),
        (set_in_manifest(format=2), "is no backup of Emoji Reactor, or is damaged"),
        (set_in_manifest(files={}), "is no backup of Emoji Reactor, or is damaged"),
        (set_in_manifest(created_at="yesterday"), "is no backup of Emoji Reactor, or is damaged"),
        (set_in_manifest(secret_fingerprint="0" * 64), "another pseudonym secret"),
        (lambda files: files.pop("manifest.json"), "is no backup of Emoji Reactor, or is damaged"),
        (lambda files: files.pop("database"), "is no backup of Emoji Reactor, or is damaged"),
        (lambda files: files.update({"../x": b""}), "is no backup of Emoji Reactor, or is damaged"),
        (lambda files: files.update(database=b"x"), "is no backup of Emoji Reactor, or is damaged"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused_by_name(
    cli: CommandLine,
    backup: Path,
    database: Path,
    alter: Callable[[dict[str, bytes]], None],
    words: str,
) -> None:
    assert_refused(cli("backup", "restore", str(altered(backup, alter))), backup, words)
    assert members(database) == {"anna", "bert"}


@pytest.mark.parametrize("content", [b"", b"a diary", None])
def test_what_is_no_archive_is_refused_by_name(
    cli: CommandLine, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "diary.zip"
    if content is not None:
        path.write_bytes(content)
    words = "No such file" if content is None else "is no backup of Emoji Reactor"
    for command in ("verify", "restore"):
        assert_refused(cli("backup", command, str(path)), path, words)


class DamageNamed(Exception):
    """Damage was reported with the name of the archive."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        if str(error).startswith(f"{path}: "):
            raise DamageNamed from None
        raise


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_damage_anywhere_is_named_or_without_effect(backup: Path, data: st.DataObject) -> None:
    """A changed byte in a file name's padding changes nothing that is read."""
    content = backup.read_bytes()
    position = data.draw(st.integers(0, len(content) - 1))
    damaged = backup.with_name("damaged.zip")
    if data.draw(st.booleans()):
        damaged.write_bytes(content[:position])
    else:
        byte = data.draw(st.integers(0, 255))
        damaged.write_bytes(content[:position] + bytes([byte]) + content[position + 1 :])
    with open_archive(backup) as archive:
        expected = archive.read("database")
    with suppress(DamageNamed), naming(damaged), open_archive(damaged) as archive:
        assert archive.read("database") == expected


def test_a_log_of_the_replaced_database_does_not_stay(
    in_process: Program, backup: Path, database: Path
) -> None:
    use_write_ahead_log(database)
    with writing(database) as writer:
        writer.kill()
        writer.wait()
        assert "-wal" in side_files(database)
        ended = in_process("backup", "restore", str(backup))
    assert ended.status == 0
    assert side_files(database) == []
    assert members(database) == {"anna"}


@pytest.mark.parametrize("has_log", [False, True])
def test_a_damaged_database_is_replaced_and_kept(
    cli: CommandLine, backup: Path, database: Path, has_log: bool
) -> None:
    content = b"damaged" * 5000
    if has_log:  # which SQLite plays back into it
        use_write_ahead_log(database)
        with writing(database) as writer:
            writer.kill()
            writer.wait()
        assert "-wal" in side_files(database)
    database.write_bytes(content)
    ended = cli("backup", "restore", str(backup))
    assert ended.status == 0
    assert members(database) == {"anna"}
    assert side_files(database) == []
    [kept] = database.parent.glob("emoji-reactor.db.damaged-*")
    assert f"{kept.name}: the damaged database before" in ended.out
    assert has_log or kept.read_bytes() == content


def test_a_program_that_has_the_database_open_is_noticed(
    cli: CommandLine, backup: Path, database: Path
) -> None:
    """A program that knows nothing of our locks, such as sqlite3."""
    use_write_ahead_log(database)
    with writing(database):
        ended = cli("backup", "restore", str(backup), "--no-backup")
        assert ended.status == 1
        assert "emoji-reactor.db: in use by another process; stop the bot" in ended.error
    assert "bert" in members(database)


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_database(
    environment: Mapping[str, str], cli: CommandLine, backup: Path, database: Path
) -> None:
    use_write_ahead_log(database)
    opt_out(database, *(f"{'x' * 1000}{number}" for number in range(20_000)))
    assert cli("backup", "create").status == 0
    large = only_backup(database.parent / "backups")
    old, total = {"anna"}, count(database, "opt_out")
    finished = 0
    for attempt in range(KILLS):
        assert cli("backup", "restore", str(backup), "--no-backup").status == 0
        process = subprocess.Popen(
            [*BOT, "backup", "restore", str(large), "--no-backup"],
            cwd=database.parent,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not list(database.parent.glob(".restore-*/*")):
            time.sleep(0.001)
        time.sleep(attempt * 0.06)
        process.send_signal(signal.SIGKILL)
        finished += process.wait() == 0
        assert side_files(database) == []
        found = members(database)
        assert found == old or len(found) == total
    assert finished < KILLS
    assert cli("backup", "restore", str(large), "--no-backup").status == 0
    assert len(members(database)) == total
    left = {path.name for path in database.parent.iterdir() if path.name.startswith(".")}
    assert left == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_belongs_to_the_owner_of_the_folder(
    cli: CommandLine, backup: Path, database: Path, secret_file: Path
) -> None:
    """Else the bot could not use what an administrator restored for it."""
    owner = 65_534
    os.chown(database.parent, owner, owner)
    secret_file.unlink()
    assert cli("backup", "restore", str(backup)).status == 0
    written = [database, secret_file, database.with_name(f"{database.name}.lock")]
    folder = database.parent / "backups"
    for path in (*written, folder, *folder.iterdir()):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner, owner), path
        assert path.stat().st_mode & 0o077 == 0
