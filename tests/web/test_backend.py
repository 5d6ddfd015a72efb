"""Choices of a browser, which may send any text."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.web import WebBackend, page_terms
from bot.core.events import FeedbackKind
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import feedback
from demo.page.interface import NONE_FITS, PredictionRequest, VisitorId
from model import Prediction
from tests.core.fakes import EchoPredictor, make_feedback
from tests.database.rows import record

ANN = VisitorId("ann")
PARROT = ":party_parrot:"


async def stored(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(feedback.c.emoji))).scalars())


async def test_only_emojis_are_choices(tmp_path: Path) -> None:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    predictor: Any = EchoPredictor([Prediction("😂", 0.6), Prediction(PARROT, 0.3)])
    service = Service(predictor, SqlStore(engine))
    backend = WebBackend(service, Pseudonyms(b"x" * 32), engine, predictor, page_terms(365, 14))
    request = PredictionRequest("1", "so funny", None)

    async def choose(choice: str | None, earlier: str | None = None) -> bool:
        return await backend.record_choice(ANN, request, choice, earlier)

    for forged in (
        "my neighbour steals",
        "x" * 65,
        ":neighbour:",
        PARROT,
        ":my neighbour:",
        "😂 him",
        "\0",
    ):
        assert not await choose(forged)
    assert await stored(engine) == []
    assert await choose("❤️")
    assert await stored(engine) == ["❤"]
    assert await choose(NONE_FITS, "❤️")
    assert await stored(engine) == [""]
    assert await choose(None, NONE_FITS)
    assert await choose(None, "my neighbour steals")
    assert await stored(engine) == []
    statistics = await backend.statistics()
    assert statistics is not None
    assert service.failures == {}
    await engine.dispose()


async def test_a_name_that_a_visitor_made_up_is_stored_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    predictor: Any = EchoPredictor([Prediction(PARROT, 0.6), Prediction("😂", 0.3)])
    service = Service(predictor, SqlStore(engine))
    backend = WebBackend(service, Pseudonyms(b"x" * 32), engine, predictor, page_terms(365, 14))
    request = PredictionRequest("1", "so funny", frozenset({PARROT, "😂"}))
    for choice in (PARROT, "😂", NONE_FITS):
        assert not await backend.record_choice(ANN, request, choice, None)
    await engine.dispose()
    assert PARROT.encode() not in file.read_bytes()


async def test_the_page_shows_no_names_of_communities(tmp_path: Path) -> None:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    store = SqlStore(engine)
    await record(store, "1")
    for emoji in (PARROT, "🔥"):
        await store.feedback.add(make_feedback("1", FeedbackKind.CORRECT, emoji))
    predictor: Any = EchoPredictor([])
    service = Service(predictor, store)
    backend = WebBackend(service, Pseudonyms(b"x" * 32), engine, predictor, page_terms(365, 14))
    statistics = await backend.statistics()
    assert statistics is not None
    assert statistics.chosen == [("🔥", 1)]
    assert PARROT not in str(statistics)
    await engine.dispose()
