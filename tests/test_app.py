"""What runs beside the adapters."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import app
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from tests.web.page_process import TIMEOUT_SECONDS

PRESS = (
    "INSERT INTO community (platform, external_id, created_at) VALUES ('web', 'web', '2020-01-01')",
    "INSERT INTO prediction"
    " (community_id, chat, message, author, artifact, top, chosen, created_at)"
    " SELECT id, 'c', '1', 'a', 'tiny-1', '[]', '[]', '2020-01-01' FROM community",
)


@dataclass
class Page:
    """In the page's place: ends once what it kept is erased."""

    parts: app.Components
    name = "web"

    async def run(self) -> None:
        async with self.parts.engine.begin() as connection:
            for statement in PRESS:
                await connection.execute(text(statement))
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await self._kept():  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.01)

    async def _kept(self) -> int:
        async with self.parts.engine.begin() as connection:
            found = await connection.execute(text("SELECT count(*) FROM prediction"))
            return int(found.scalar_one())


async def test_a_page_that_stays_up_erases_what_is_past_its_time(
    tiny_artifact: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "PURGE_SECONDS", 0.01)
    monkeypatch.setattr(app, "_web", lambda *_: Page)
    settings = Settings.model_validate({"model": {"source": str(tiny_artifact)}})
    await app.web(settings, Credentials(), "127.0.0.1", 0)
