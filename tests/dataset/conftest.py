"""The database fixtures."""

from tests.database.conftest import engine, file, store, url

__all__ = ["engine", "file", "store", "url"]
