"""Background tasks beside what a process serves."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import background_tasks
from bot.app.serve import run_web
from bot.backup.migration import open_database
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from tests.e2e.operations import free_address
from tests.web.page_process import TIMEOUT_SECONDS

EXPIRED_ROW = (
    "INSERT INTO community (platform, external_id, created_at) VALUES ('web', 'web', '2020-01-01')",
    "INSERT INTO prediction"
    " (community_id, chat, message, author, artifact_version, predictions, model_scores, shown,"
    " created_at)"
    " SELECT id, 'c', '1', 'a', 'tiny-1', '[]', '[]', '[]', '2020-01-01' FROM community",
)


async def count_rows(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM prediction"))).scalar_one())


async def wait_until_listening(host: str, port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)  # a server has no notification of its start
        else:
            writer.close()
            await writer.wait_closed()
            return


async def test_a_running_page_erases_what_is_past_its_retention(
    tiny_artifact: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_tasks, "PURGE_INTERVAL_SECONDS", 0.01)
    settings = Settings.model_validate({"model": {"source": str(tiny_artifact)}})
    host, _, port = free_address().rpartition(":")
    engine, stop = await open_database(settings), asyncio.Event()
    async with asyncio.timeout(TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(run_web(settings, Credentials(), (host, int(port)), stop))
        await wait_until_listening(host, int(port))
        async with engine.begin() as connection:
            for statement in EXPIRED_ROW:
                await connection.execute(text(statement))
        while await count_rows(engine):  # noqa: ASYNC110 - the database has no notifications
            await asyncio.sleep(0.01)
        stop.set()
    await engine.dispose()
