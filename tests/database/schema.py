"""The schema as a page, and rows for it, whatever its head is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    DateTime,
    Float,
    Inspector,
    Integer,
    MetaData,
    Table,
    create_engine,
    inspect,
)

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VERSIONS = "alembic_version"


def schema(file: Path) -> str:
    """Tables with their columns, constraints and indexes as a page that reads well in a diff."""
    engine = create_engine(f"sqlite:///{file}")
    found = inspect(engine)
    tables = sorted(set(found.get_table_names()) - {VERSIONS})
    page = "\n\n".join("\n  ".join([table, *_lines(found, table)]) for table in tables)
    engine.dispose()
    # Some characters of emojis cannot be seen.
    return page.encode("ascii", "backslashreplace").decode() + "\n"


def _lines(found: Inspector, table: str) -> list[str]:
    lines = [
        f"{column['name']} {column['type']}{'' if column['nullable'] else ' not null'}"
        for column in found.get_columns(table)
    ]
    key = found.get_pk_constraint(table)
    lines.append(f"primary key {key['name']} {key['constrained_columns']}")
    rest = [f"unique {u['name']} {u['column_names']}" for u in found.get_unique_constraints(table)]
    rest += [f"check {c['name']} {c['sqltext']}" for c in found.get_check_constraints(table)]
    rest += [
        f"foreign key {f['name']} {f['constrained_columns']} to {f['referred_table']}"
        f" {f['referred_columns']} {f['options']}"
        for f in found.get_foreign_keys(table)
    ]
    rest += [
        f"{'unique ' if i['unique'] else ''}index {i['name']} {i['column_names']}"
        for i in found.get_indexes(table)
    ]
    return lines + sorted(rest)


def fill(connection: Connection) -> None:
    """Put two rows into every table, with a value in every column."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name != VERSIONS:
            connection.execute(table.insert(), [_row(table, number) for number in (1, 2)])


def counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    found = MetaData()
    found.reflect(connection)
    return {
        table.name: len(connection.execute(table.select()).all()) for table in found.sorted_tables
    }


def _row(table: Table, number: int) -> dict[str, Any]:
    values = {column.name: _value(column.type, number) for column in table.columns}
    return values | ({"emoji": "😂🔥"[number - 1]} if "emoji" in values else {})


def _value(kind: object, number: int) -> object:
    if isinstance(kind, DateTime):
        return MOMENT
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 2
    if isinstance(kind, JSON):
        return [["😂", 0.5]]
    return f"x{number}"
