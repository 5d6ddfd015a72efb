"""A database with a community that said something."""

from tests.database.conftest import engine, file, store, url

__all__ = ["engine", "file", "store", "url"]
