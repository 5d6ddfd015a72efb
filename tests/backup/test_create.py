"""Backups of SQLite databases: complete under writes, private, without erased texts, rotated."""

import resource
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.backup.conftest import SECRET, Program, only_backup
from tests.cli.conftest import BOT

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
number = 0
while True:
    number += 1
    connection.execute("begin immediate")
    connection.execute("insert into opt_out values ('console', ?, '2026-01-02')", (str(number),))
    connection.execute(
        "insert into community (platform, external_id, created_at) values ('c', ?, '2026-01-02')",
        (str(number),),
    )
    connection.execute("commit")
    if number == 50:
        print("writing", flush=True)
"""
ERASED = "a private diary page " * 40


@contextmanager
def writing(database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that adds a row to each of two tables in one transaction, again and again."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == "writing\n"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608


def unpacked(backup: Path, folder: Path) -> Path:
    with zipfile.ZipFile(backup) as archive:
        return Path(archive.extract("database", folder))


def use_write_ahead_log(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("pragma journal_mode=wal")


def test_a_backup_under_writes_is_of_one_moment(
    program: Program, database: Path, tmp_path: Path, secret_file: Path
) -> None:
    assert program("db", "upgrade").status == 0
    use_write_ahead_log(database)
    with writing(database):
        created = program("backup", "create")
        again = program("backup", "create", "--folder", "elsewhere")
    assert (created.status, created.err, again.status) == (0, "", 0)
    backup = only_backup(tmp_path / "backups")
    assert created.out.startswith(f"backups/{backup.name}: database, pseudonym.secret; sqlite, ")
    file = unpacked(backup, tmp_path / "unpacked")
    assert count(file, "opt_out") == count(file, "community") >= 50
    verified = program("backup", "verify", str(backup))
    assert (verified.status, verified.err) == (0, "")
    assert "is complete" in verified.out


def test_only_the_owner_can_read_backups(
    in_process: Program, database: Path, tmp_path: Path, secret_file: Path
) -> None:
    in_process("db", "upgrade")
    assert in_process("backup", "create").status == 0
    backup = only_backup(tmp_path / "backups")
    assert backup.parent.stat().st_mode & 0o777 == 0o700
    assert backup.stat().st_mode & 0o777 == 0o600
    assert list(backup.parent.iterdir()) == [backup]


def test_what_was_erased_is_not_in_a_backup(
    in_process: Program, database: Path, tmp_path: Path
) -> None:
    in_process("db", "upgrade")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("pragma secure_delete=off")
        connection.execute("insert into opt_out values ('console', ?, '2026-01-02')", (ERASED,))
        connection.commit()
        connection.execute("delete from opt_out")
    assert ERASED.encode() in database.read_bytes()
    assert in_process("backup", "create").status == 0
    file = unpacked(only_backup(tmp_path / "backups"), tmp_path / "unpacked")
    assert ERASED[:30].encode() not in file.read_bytes()


def test_the_newest_of_each_reason_stay(
    in_process: Program, database: Path, tmp_path: Path
) -> None:
    in_process("db", "upgrade")
    folder = tmp_path / "backups"
    folder.mkdir()
    kept = folder / "emoji-reactor-20250101T000000000Z-migration.zip"
    old = folder / "emoji-reactor-20250102T000000000Z-manual.zip"
    others = [folder / "notes.txt", folder / "emoji-reactor-20259999T000000000Z-manual.zip"]
    for path in (kept, old, *others):
        path.touch()
    assert in_process("backup", "create", "--keep", "2").status == 0
    assert old.exists()
    assert in_process("backup", "create", "--keep", "2").status == 0
    assert not old.exists()
    assert kept.exists()
    assert all(path.exists() for path in others)
    assert len(list(folder.glob("*-manual.zip"))) == 3


def test_secrets_only_if_the_operator_says_so(program: Program, tmp_path: Path) -> None:
    token = "123456:a-token-of-thirty-characters-xx"
    (tmp_path / "config.toml").write_text("[log]\nlevel = 'info'\n")
    (tmp_path / "config.env").write_text(f"TELEGRAM_TOKEN={token}\nEMOJI_REACTOR_SECRET={SECRET}\n")
    program("db", "upgrade")
    created = program("backup", "create")
    assert created.status == 0
    assert (
        created.err == "not included: EMOJI_REACTOR_SECRET; keep it elsewhere, or use --secrets\n"
    )
    backup = only_backup(tmp_path / "backups")
    with zipfile.ZipFile(backup) as archive:
        assert set(archive.namelist()) == {"manifest.json", "database", "config.toml"}
        for name in archive.namelist():
            content = archive.read(name)
            assert SECRET.encode() not in content
            assert token.encode() not in content
    created = program("backup", "create", "--secrets", "--folder", "full")
    assert (created.status, created.err) == (0, "")
    with zipfile.ZipFile(only_backup(tmp_path / "full")) as archive:
        assert archive.read("config.env").decode().splitlines()[0] == f"TELEGRAM_TOKEN={token}"
        assert archive.read("pseudonym.secret").decode().strip() == SECRET


def test_a_full_disk_leaves_no_half_backup(
    in_process: Program, database: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    in_process("db", "upgrade")
    assert in_process("backup", "create").status == 0
    backup = only_backup(tmp_path / "backups")
    ended = subprocess.run(
        [*BOT, "backup", "create", "--keep", "1"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("emoji-reactor: ")
    assert list(backup.parent.iterdir()) == [backup]


@pytest.mark.parametrize("content", [None, b"", b"a diary" * 1000])
def test_what_is_no_database_is_not_backed_up(
    in_process: Program, database: Path, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        database.write_bytes(content)
    ended = in_process("backup", "create")
    assert ended.status == 1
    assert ("no database to back up" in ended.error) is not bool(content)
    assert list(tmp_path.glob("backups/*")) == []


def test_a_damaged_database_does_not_push_good_backups_out(
    in_process: Program, database: Path, tmp_path: Path
) -> None:
    in_process("db", "upgrade")
    assert in_process("backup", "create").status == 0
    content = database.read_bytes()
    half = len(content) // 2
    database.write_bytes(content[:half] + b"\xff" * 8192 + content[half + 8192 :])
    ended = in_process("backup", "create", "--keep", "1")
    assert ended.status == 1
    assert "damaged" in ended.error or "malformed" in ended.error
    assert in_process("backup", "verify", str(only_backup(tmp_path / "backups"))).status == 0
