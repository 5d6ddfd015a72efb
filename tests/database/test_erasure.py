"""Remains of an erasure in the files of SQLite while the program runs."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import IncomingMessage
from bot.database.store import SqlStore
from tests.core.fakes import ANNA, message, ref
from tests.database.rows import record

SECRET = b"the words that were to be forgotten"


def words(number: int) -> IncomingMessage:
    given = message(f"{SECRET.decode()} {number} " * 20, str(number))
    return replace(given, author=ANNA, may_store_text=True)


def content(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


async def fill(store: SqlStore) -> None:
    await store.members.set_consent("console", ANNA, "1")
    for number in range(20):
        await record(store, words(number))


@pytest.mark.parametrize("way", ["erase", "opt out", "revoke", "delete", "purge", "purge texts"])
async def test_no_file_holds_what_was_erased(
    engine: AsyncEngine, store: SqlStore, file: Path, way: str
) -> None:
    await fill(store)
    assert SECRET in content(file)
    later = datetime.now(UTC) + timedelta(days=1)
    match way:
        case "erase":
            await store.members.erase("console", ANNA)
        case "opt out":
            await store.members.set_opted_out("console", ANNA, True)
        case "revoke":
            await store.members.set_consent("console", ANNA, None)
        case "delete":
            for number in range(20):
                await store.outcomes.delete(ref(str(number)))
        case "purge":
            await store.outcomes.purge(later)
        case "purge texts":
            await store.outcomes.purge(later - timedelta(days=9), later)
    assert SECRET not in content(file)


async def test_a_reader_only_delays_it(
    engine: AsyncEngine, store: SqlStore, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(store)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from prediction").fetchone()
        await store.members.erase("console", ANNA)
        assert "emptied by the next purge" in caplog.text
    await store.outcomes.purge(datetime.now(UTC) - timedelta(days=9))
    assert SECRET not in content(file)


async def test_erasures_and_writes_at_once(store: SqlStore, file: Path) -> None:
    await fill(store)
    await asyncio.gather(
        *(store.outcomes.delete(ref(str(number))) for number in range(20)),
        *(record(store, str(number)) for number in range(100, 120)),
    )
    assert SECRET not in content(file)


async def test_only_the_owner_reads_the_files(store: SqlStore, file: Path) -> None:
    await record(store)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("bot.db*")}
    assert set(modes) >= {"bot.db", "bot.db-wal"}
    assert set(modes.values()) == {0o600}
