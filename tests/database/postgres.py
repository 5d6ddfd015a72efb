"""Databases of their own on a local PostgreSQL server."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import NoReturn

import asyncpg
import pytest

SERVER = "127.0.0.1:5432"
USER = "postgres"
CONNECT_TIMEOUT_SECONDS = 5.0
_numbers = count()


@contextmanager
def temporary_database(purpose: str) -> Iterator[str]:
    """Create an empty database, yield its URL, and drop it at the end.

    Skips the test if no server answers, and fails it if ``CI`` is set.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"emoji_reactor_{purpose}_{worker}_{os.getpid()}_{next(_numbers)}"
    try:
        asyncio.run(_execute(f"create database {name}"))
    except (OSError, asyncpg.PostgresError) as error:
        skip_or_fail(f"no PostgreSQL server answers at {SERVER} to user {USER}: {error}")
    try:
        yield f"postgresql+asyncpg://{USER}@{SERVER}/{name}"
    finally:
        asyncio.run(_execute(f"drop database {name} with (force)"))


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test, as PostgreSQL is missing; fail it if ``CI`` is set, where it must not be."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(
        f"postgresql://{USER}@{SERVER}/postgres", timeout=CONNECT_TIMEOUT_SECONDS
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
