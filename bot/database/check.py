"""Rows that no version of the program writes: found, and deleted on request."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.preferences.counts import OUTSIDE_TOP_K
from bot.database.tables import (
    daily_unprompted,
    daily_vote,
    feedback,
    prediction,
    preference_count,
)
from bot.database.transaction import transaction
from bot.database.validity import is_time, is_valid_feedback, is_valid_outcome
from model.emoji import has_emoji_form

_Value = TypeVar("_Value")
PAGE_SIZE = 2000
"""Rows in memory at once."""
_EMOJI_TABLES = (preference_count, daily_vote, daily_unprompted)

# As text, so that the driver's values come without conversion, which fails on bad ones.
_OUTCOMES = (
    "select id, predictions, model_scores, shown, created_at from prediction"
    " where id > :last order by id limit :size"
)
_FEEDBACK = (
    "select id, kind, emoji, source, given_at from feedback"
    " where id > :last order by id limit :size"
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Findings of a check."""

    damage: str = ""
    """Faults that SQLite finds in the file; empty if it is whole."""
    bad_rows: Mapping[str, int] = field(default_factory=dict)
    """Table -> number of bad rows, of tables that have any; empty if the file is damaged."""


async def check_rows(engine: AsyncEngine, *, fix: bool = False) -> CheckResult:
    """Look for rows whose values nothing can read; with ``fix`` delete them, in one transaction.

    Deleting a bad outcome deletes the feedback on it. What bad feedback counted for other emojis
    stays, and decays.

    Raises:
        StoreFailed: the database cannot be read or written; nothing was changed.
    """
    writer = engine.execution_options(immediate=True) if fix else engine
    async with transaction(writer) as connection:
        damage = await _damage(connection)
        if damage:
            return CheckResult(damage)
        outcomes = [row.id async for row in _rows(connection, _OUTCOMES) if _is_bad_outcome(row)]
        given = [row.id async for row in _rows(connection, _FEEDBACK) if _is_bad_feedback(row)]
        emojis = {table.name: await _bad_emojis(connection, table) for table in _EMOJI_TABLES}
        found = {"prediction": len(outcomes), "feedback": len(given)}
        for table in _EMOJI_TABLES:
            found[table.name] = await _count(connection, table, emojis[table.name])
        if fix:
            await _delete_ids(connection, feedback, given)
            await _delete_ids(connection, prediction, outcomes)
            await _tell_other_processes(connection, emojis[preference_count.name])
            for table in _EMOJI_TABLES:
                for page in _pages(emojis[table.name]):
                    await connection.execute(delete(table).where(_raw(table.c.emoji).in_(page)))
        return CheckResult(bad_rows={table: count for table, count in found.items() if count})


async def _damage(connection: AsyncConnection) -> str:
    """Return what is wrong with the file of an SQLite database; empty if nothing is."""
    if connection.dialect.name != "sqlite":
        return ""
    # Rows that break a check of their table are no damage of the file.
    await connection.execute(text("pragma ignore_check_constraints = on"))
    found = (await connection.execute(text("pragma quick_check(1)"))).scalar()
    await connection.execute(text("pragma ignore_check_constraints = off"))
    return "" if found == "ok" else " ".join(str(found).split())


async def _rows(connection: AsyncConnection, query: str) -> AsyncIterator[Row[Any]]:
    last = 0
    while rows := (await connection.execute(text(query), {"last": last, "size": PAGE_SIZE})).all():
        last = rows[-1].id
        for row in rows:
            yield row


def _is_bad_outcome(row: Row[Any]) -> bool:
    lists = (_parse_json(row.predictions), _parse_json(row.model_scores), _parse_json(row.shown))
    return not (is_valid_outcome(*lists) and is_time(row.created_at))


def _is_bad_feedback(row: Row[Any]) -> bool:
    return not (is_valid_feedback(row.kind, row.emoji, row.source) and is_time(row.given_at))


def _parse_json(value: object) -> object:
    """Return the value of a JSON column, which some drivers have parsed already."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the column without the check of what is compared with it."""
    return type_coerce(column, String)


async def _bad_emojis(connection: AsyncConnection, table: Table) -> list[str]:
    found = await connection.execute(select(_raw(table.c.emoji)).distinct())
    return [
        emoji for emoji in found.scalars() if emoji != OUTSIDE_TOP_K and not has_emoji_form(emoji)
    ]


async def _count(connection: AsyncConnection, table: Table, emojis: Sequence[str]) -> int:
    total = 0
    for page in _pages(emojis):
        query = select(func.count()).select_from(table).where(_raw(table.c.emoji).in_(page))
        total += (await connection.execute(query)).scalar_one()
    return total


async def _delete_ids(connection: AsyncConnection, table: Table, ids: Sequence[int]) -> None:
    for page in _pages(ids):
        await connection.execute(delete(table).where(table.c.id.in_(page)))


async def _tell_other_processes(connection: AsyncConnection, emojis: Sequence[str]) -> None:
    """Let them read the counts of the communities of these emojis again."""
    for page in _pages(emojis):
        communities = select(preference_count.c.community_id).where(
            _raw(preference_count.c.emoji).in_(page)
        )
        await connection.execute(
            update(preference_count)
            .where(
                preference_count.c.emoji == OUTSIDE_TOP_K,
                preference_count.c.community_id.in_(communities),
            )
            .values(changed_at=datetime.now(UTC))
        )


def _pages(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Split values, as a statement may have a limited number of parameters."""
    for start in range(0, len(values), PAGE_SIZE):
        yield values[start : start + PAGE_SIZE]
