"""Dumps of PostgreSQL databases with its own programs, and their restoration.

The URL's parts reach the programs as environment variables, since arguments are visible to others.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.backup.manifest import BackupError
from bot.database.engine import display_name, known_revisions
from bot.database.postgresql import VERSIONS_TABLE, Schema, libpq_variables, read_schema
from bot.database.tables import metadata
from bot.database.usage_lock import EXCLUDE_STATEMENT, DatabaseInUse

_IN_USE, _LOCK_TIMEOUT = "55006", "55P03"  # SQLSTATE
_PORTABLE = ("--no-owner", "--no-privileges", "--no-comments", "--no-security-labels")
_REVISION = re.compile(r"^COPY \S+ \(version_num\) FROM stdin;\n([^\n]+)\n\\\.$", re.MULTILINE)
_LINE_PREFIX = re.compile(r"^\w+:(\S+:\d+:)? ")
_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE (?!DATA )(\S+) (\S+) ", re.MULTILINE)


class ToolUnusable(BackupError):
    """A program of PostgreSQL is not installed, or is older than the server."""


async def has_tables(url: str) -> bool:
    """Return if a database has tables.

    Raises:
        DatabaseError: it cannot be reached.
    """
    return bool((await read_schema(url)).tables)


async def dump(url: str, target: Path) -> None:
    """Write the schema of the bot with all rows to a file in PostgreSQL's custom format.

    Raises:
        ToolUnusable: pg_dump is not installed, or is older than the server.
        BackupError: pg_dump failed.
    """
    schema = (await read_schema(url)).name
    options = ("--format=custom", f"--schema={_quoted(schema)}", f"--file={target}", *_PORTABLE)
    await _run(url, "pg_dump", *options)


async def examine(file: Path) -> str:
    """Read a dump to its end; return the revision of its schema.

    Raises:
        ToolUnusable: pg_restore is not installed, or is older than the dump.
        BackupError: the dump is damaged, or has no tables of the bot.
    """
    await _run(None, "pg_restore", "--file=/dev/null", str(file))
    options = ("--data-only", f"--table={VERSIONS_TABLE}", "--file=-", str(file))
    found = _REVISION.search(await _run(None, "pg_restore", *options))
    if found is None:
        raise BackupError("the dump has no tables of the bot")
    return found[1]


async def restore(url: str, file: Path) -> None:
    """Replace the tables by those of a dump, in one transaction that excludes other users.

    The transaction takes the locks itself: psql outlives this process if that is killed.

    Raises:
        DatabaseInUse: another session uses the database.
        ToolUnusable: psql or pg_restore is not installed.
        BackupError: the tables there are not the bot's, or psql failed; nothing was changed.
    """
    there = await read_schema(url)
    dumped = _TABLE.findall(await _run(None, "pg_restore", "--list", str(file)))
    _refuse_foreign_tables(url, there, dumped)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        prelude, script = Path(folder) / "prelude.sql", Path(folder) / "script.sql"
        prelude.write_text(_prelude(there), encoding="utf-8")
        # With --schema the schema itself, which exists, is left out.
        options = (f"--schema={there.name}", f"--file={script}", "--no-owner", "--no-privileges")
        await _run(None, "pg_restore", *options, str(file))
        await _execute(url, prelude, script)


def _prelude(there: Schema) -> str:
    drops = "".join(
        f"drop table {_quoted(there.name)}.{_quoted(name)} cascade;\n" for name in there.tables
    )
    return (
        "set lock_timeout = '10s';\n"
        f"do $$ begin if not ({EXCLUDE_STATEMENT}) then"
        f" raise exception 'in use' using errcode = '{_IN_USE}'; end if; end $$;\n{drops}"
    )


def _refuse_foreign_tables(url: str, there: Schema, dumped: Sequence[tuple[str, str]]) -> None:
    ours = {*metadata.tables, VERSIONS_TABLE, *(name for _, name in dumped)}
    is_newer = there.revision is not None and there.revision not in known_revisions()
    if (foreign := set(there.tables) - ours) and not is_newer:
        raise BackupError(
            f"{display_name(url)}: holds tables of something else ({min(foreign)}, ...); nothing"
            " was changed; restore into a database of its own"
        )
    if other := {schema for schema, _ in dumped} - {there.name}:
        raise BackupError(
            f"{display_name(url)}: the backup is of the schema {min(other)}, and this user's is"
            f" {there.name}; nothing was changed; set the user's search_path"
        )


async def _execute(url: str, *scripts: Path) -> None:
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--output=/dev/null")
    # Only the SQLSTATE of an error: its text can quote rows.
    variables = ("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate")
    files = (f"--file={script}" for script in scripts)
    try:
        await _run(url, "psql", *options, *variables, *files)
    except ToolUnusable:
        raise
    except BackupError as error:
        if _IN_USE in str(error) or _LOCK_TIMEOUT in str(error):
            raise DatabaseInUse(display_name(url)) from None
        raise


async def _run(url: str | None, program: str, *arguments: str) -> str:
    """Run a program to its end; return its output."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(program, *arguments),
            env={**os.environ, **({} if url is None else libpq_variables(url)), "LC_ALL": "C"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise ToolUnusable(
            f"{program} is not installed; install PostgreSQL's client programs, of the server's"
            " version or newer"
        ) from None
    out, err = await process.communicate()
    if process.returncode == 0:
        return out.decode("utf-8", "replace")
    message = _error_line(program, err.decode("utf-8", "replace"))
    if "version mismatch" in message or "unsupported version" in message:
        raise ToolUnusable(f"{message}; install PostgreSQL's client programs of a newer version")
    raise BackupError(f"{message}; nothing was changed")


def _error_line(program: str, output: str) -> str:
    """Return the line with the error, without the path of a temporary script."""
    lines = [line for line in output.splitlines() if re.search("error:|fatal:", line.lower())]
    message = (lines or output.splitlines() or ["failed"])[0]
    return f"{program}: {_LINE_PREFIX.sub('', message)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
