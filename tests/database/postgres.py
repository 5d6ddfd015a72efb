"""Databases of their own on a local PostgreSQL server."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

SERVER = "127.0.0.1:5432"
USER = "postgres"
CONNECT_TIMEOUT_SECONDS = 5.0


@contextmanager
def temporary_database(purpose: str) -> Iterator[str]:
    """Create an empty database, yield its URL, and drop it at the end.

    Skips the test if no server answers, and fails it if ``CI`` is set.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"emoji_reactor_{purpose}_{worker}_{os.getpid()}"
    try:
        asyncio.run(_execute(f"create database {name}"))
    except (OSError, asyncpg.PostgresError) as error:
        message = f"no PostgreSQL server answers at {SERVER} to user {USER}: {error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    try:
        yield f"postgresql+asyncpg://{USER}@{SERVER}/{name}"
    finally:
        asyncio.run(_execute(f"drop database {name} with (force)"))


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(
        f"postgresql://{USER}@{SERVER}/postgres", timeout=CONNECT_TIMEOUT_SECONDS
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
