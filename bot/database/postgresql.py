"""Arguments and environment of PostgreSQL's own programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import make_url, text

from bot.database.engine import migration_connection

VERSIONS_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema in which a user's tables are, and the revision of the bot's."""

    name: str
    tables: Sequence[str]
    revision: str | None


async def read_schema(url: str) -> Schema:
    """Return the schema that the user of a database uses.

    Raises:
        DatabaseError: it cannot be reached.
    """
    async with migration_connection(url) as connection:
        name = str((await connection.execute(text("select current_schema()"))).scalar_one())
        query = text("select tablename from pg_tables where schemaname = :schema order by 1")
        found = await connection.execute(query, {"schema": name})
        tables = [str(table) for table in found.scalars()]
        revision = None
        if VERSIONS_TABLE in tables:
            query = text(f"select version_num from {VERSIONS_TABLE}")  # noqa: S608
            revision = (await connection.execute(query)).scalar()
    return Schema(name, tables, revision)


def libpq_variables(url: str) -> Mapping[str, str]:
    """Return a URL as environment variables: arguments are visible to other users."""
    parsed = make_url(url)
    query = {key: value for key, value in parsed.query.items() if isinstance(value, str)}
    given = {
        "PGHOST": parsed.host or query.get("host"),
        "PGPORT": parsed.port or query.get("port"),
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password,
        "PGDATABASE": parsed.database,
        "PGSSLMODE": query.get("ssl") or query.get("sslmode"),
    }
    return {name: str(value) for name, value in given.items() if value}
