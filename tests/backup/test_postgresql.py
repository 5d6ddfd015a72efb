"""Backups of PostgreSQL databases, restored in one transaction."""

import asyncio
import os
import signal
import stat
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest

from tests.backup.conftest import SECRET, Program, only_backup
from tests.cli.conftest import BOT

T = TypeVar("T")
Variables = Mapping[str, str]
TEXT = "a private diary page"
FAULTY_PG_RESTORE = f"""#!/bin/bash
# Writes a script whose error quotes a text.
PATH=${{PATH#*:}} pg_restore "$@" || exit
for argument; do
    if [[ $argument == --file=*script.sql ]]; then
        echo "select '{TEXT}'::int;" > "${{argument#--file=}}"
    fi
done
"""


def connected(variables: Variables, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    async def run() -> T:
        url = variables["EMOJI_REACTOR__DATABASE__URL"].replace("+asyncpg", "")
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def execute(variables: Variables, statement: str) -> None:
    connected(variables, lambda connection: connection.execute(statement))


def opt_out(variables: Variables, member: str) -> None:
    execute(variables, f"insert into opt_out values ('console', '{member}', now())")  # noqa: S608


def members(variables: Variables) -> set[str]:
    rows = connected(variables, lambda connection: connection.fetch("select member from opt_out"))
    return {row["member"] for row in rows}


def add_community(name: str) -> str:
    return (
        "insert into community (platform, external_id, created_at)"  # noqa: S608
        f" values ('console', '{name}', now())"
    )


@pytest.fixture
def backup(in_process: Program, postgres_variables: Variables, tmp_path: Path) -> Path:
    """A backup in which anna opted out; in the database, bert did later."""
    assert in_process("db", "upgrade", **postgres_variables).status == 0
    opt_out(postgres_variables, "anna")
    execute(postgres_variables, add_community("first"))
    created = in_process("backup", "create", "--folder", "kept", **postgres_variables)
    assert created.status == 0
    assert created.out.split(": ")[1].startswith("database; postgresql, revision ")
    opt_out(postgres_variables, "bert")
    return only_backup(tmp_path / "kept")


def test_a_restored_database_is_that_of_the_backup(
    program: Program, postgres_variables: Variables, backup: Path, tmp_path: Path
) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "is complete" in program("backup", "verify", str(backup)).out
    ended = program("backup", "restore", str(backup), **postgres_variables)
    assert (ended.status, ended.err) == (0, "")
    assert members(postgres_variables) == {"anna"}
    execute(postgres_variables, add_community("second"))  # the sequence went on
    before = only_backup(tmp_path / "backups", "restore")
    assert program("backup", "restore", str(before), **postgres_variables).status == 0
    assert members(postgres_variables) == {"anna", "bert"}
    assert program("feedback", "stats", **postgres_variables).status == 0


def test_another_secret_is_refused(
    in_process: Program, postgres_variables: Variables, backup: Path
) -> None:
    variables = {**postgres_variables, "EMOJI_REACTOR_SECRET": "another-secret-of-that-length"}
    ended = in_process("backup", "restore", str(backup), **variables)
    assert ended.status == 1
    assert "another pseudonym secret than EMOJI_REACTOR_SECRET" in ended.error
    del variables["EMOJI_REACTOR_SECRET"]
    ended = in_process("backup", "restore", str(backup), **variables)
    assert ended.error.endswith("set EMOJI_REACTOR_SECRET")
    assert SECRET not in ended.err
    assert members(postgres_variables) == {"anna", "bert"}


def test_tables_of_something_else_are_left_alone(
    in_process: Program, postgres_variables: Variables, backup: Path
) -> None:
    execute(postgres_variables, "create table diary (page text)")
    ended = in_process("backup", "restore", str(backup), "--no-backup", **postgres_variables)
    assert ended.status == 1
    assert "holds tables of something else (diary, ...); nothing was changed" in ended.error
    assert members(postgres_variables) == {"anna", "bert"}


def test_a_restore_that_is_killed_changes_nothing(
    environment: Mapping[str, str], program: Program, postgres_variables: Variables, backup: Path
) -> None:
    """It is killed while its transaction waits for a table that another session reads."""

    async def kill(connection: asyncpg.Connection) -> int:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("select * from opt_out")
        process = subprocess.Popen(  # noqa: ASYNC220
            [*BOT, "backup", "restore", str(backup), "--no-backup"],
            cwd=backup.parent,
            env={**environment, **postgres_variables},
            start_new_session=True,
        )
        waiting = "select count(*) from pg_locks where not granted"
        while not await connection.fetchval(waiting):
            await asyncio.sleep(0.01)
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        status = await asyncio.to_thread(process.wait)
        await transaction.rollback()
        return status

    assert connected(postgres_variables, kill) == -signal.SIGKILL
    assert members(postgres_variables) == {"anna", "bert"}
    assert program("backup", "restore", str(backup), **postgres_variables).status == 0
    assert members(postgres_variables) == {"anna"}


def test_a_failing_program_is_named_without_rows_and_password(
    in_process: Program, postgres_variables: Variables, backup: Path, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    tool = tools / "pg_restore"
    tool.write_text(FAULTY_PG_RESTORE)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    variables = {**postgres_variables, "PATH": f"{tools}:{os.environ['PATH']}"}
    ended = in_process("backup", "restore", str(backup), "--no-backup", **variables)
    assert ended.status == 1
    assert "psql: ERROR: 22P02; nothing was changed" in ended.error
    assert TEXT not in ended.err
    assert members(postgres_variables) == {"anna", "bert"}
    url = postgres_variables["EMOJI_REACTOR__DATABASE__URL"]
    wrong = url.replace("postgres@", "postgres:hunter2@").replace("5432", "1")
    ended = in_process("backup", "create", **{**variables, "EMOJI_REACTOR__DATABASE__URL": wrong})
    assert ended.status == 1
    assert "hunter2" not in ended.err


@pytest.mark.parametrize("command", ["create", "verify", "restore"])
def test_a_missing_program_is_named(
    in_process: Program, postgres_variables: Variables, backup: Path, command: str
) -> None:
    arguments = [] if command == "create" else [str(backup)]
    ended = in_process("backup", command, *arguments, **postgres_variables, PATH="/nowhere")
    assert ended.status == 1
    tool = "pg_dump" if command == "create" else "pg_restore"
    assert ended.error.startswith(f"{tool} is not installed; install PostgreSQL's client programs")
    assert members(postgres_variables) == {"anna", "bert"}
