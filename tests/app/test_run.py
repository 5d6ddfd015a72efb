"""Background tasks beside the adapters."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.components import Components
from bot.app import background_tasks, run
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from tests.web.page_process import TIMEOUT_SECONDS

EXPIRED_ROW = (
    "INSERT INTO community (platform, external_id, created_at) VALUES ('web', 'web', '2020-01-01')",
    "INSERT INTO prediction"
    " (community_id, chat, message, author, artifact_version, predictions, model_scores, shown,"
    " created_at)"
    " SELECT id, 'c', '1', 'a', 'tiny-1', '[]', '[]', '[]', '2020-01-01' FROM community",
)


@dataclass
class ExpiredRowAdapter:
    """Stores an expired row, and ends once it is erased."""

    components: Components
    name = "web"

    async def run(self) -> None:
        async with self.components.engine.begin() as connection:
            for statement in EXPIRED_ROW:
                await connection.execute(text(statement))
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await self._count_rows():  # noqa: ASYNC110 - the database has no notifications
                await asyncio.sleep(0.01)

    async def _count_rows(self) -> int:
        async with self.components.engine.begin() as connection:
            result = await connection.execute(text("SELECT count(*) FROM prediction"))
            return int(result.scalar_one())


async def test_a_running_page_erases_what_is_past_its_retention(
    tiny_artifact: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_tasks, "PURGE_INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(
        run, "_build_web_adapter", lambda components, *_: ExpiredRowAdapter(components)
    )
    settings = Settings.model_validate({"model": {"source": str(tiny_artifact)}})
    await run.run_web(settings, Credentials(), "127.0.0.1", 0)
