"""The database fixtures."""

from tests.database.conftest import (
    any_engine,
    engine,
    file,
    postgres_engine,
    postgres_url,
    store,
    url,
)

__all__ = [
    "any_engine",
    "engine",
    "file",
    "postgres_engine",
    "postgres_url",
    "store",
    "url",
]
