"""Positions in a stream of events."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters import stream_position
from bot.adapters.services import PlatformServices
from bot.adapters.stream_position import StreamPosition
from bot.database.engine import open_database
from tests.adapters.discord.fake_discord import BlockingPredictor
from tests.adapters.platform_services import build_services


@pytest.fixture
async def services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PlatformServices]:
    monkeypatch.setattr(stream_position, "MAX_HOLD_SECONDS", 0.0)
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'positions.db'}")
    yield build_services("matrix", engine, BlockingPredictor())
    await engine.dispose()


async def wait_for(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_position_is_stored_once_all_before_it_is_finished(
    services: PlatformServices,
) -> None:
    position, free = StreamPosition(services, "@bot"), asyncio.Event()
    slow, quick = asyncio.create_task(wait_for(free)), asyncio.create_task(asyncio.sleep(0))
    await position.advance("first", [slow])
    await position.advance("second", [quick])
    await quick
    await position.save()
    assert await position.load() is None
    free.set()
    await slow
    await position.save()
    assert await StreamPosition(services, "@bot").load() == "second"
    assert await StreamPosition(services, "@other").load() is None


async def test_a_position_after_cancelled_work_is_not_stored(services: PlatformServices) -> None:
    position = StreamPosition(services, "@bot")
    await position.advance("first", [])
    cancelled = asyncio.create_task(wait_for(asyncio.Event()))
    cancelled.cancel()
    await asyncio.wait([cancelled])
    await position.advance("second", [cancelled])
    await position.advance("third", [])
    assert await position.load() == "first"
