"""Presses beside a failing database: answered once, by a text that says so, and not lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from simcord.results import InteractionResult
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.tables import feedback
from bot.i18n import localize
from tests.adapters.discord.fake_discord import DiscordWorld, running_world
from tests.adapters.discord.test_commands import buttons, response_text, updated
from tests.database.rows import count

NOT_STORED = localize("error.not_stored", "en")
TABLES = ("prediction", "consent", "preference_count")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[DiscordWorld]:
    async with running_world(tmp_path, training_permitted=True) as built:
        yield built


@asynccontextmanager
async def away(engine: AsyncEngine) -> AsyncIterator[None]:
    """Hide tables, as if the database were away."""
    await _rename(engine, [(table, f"away_{table}") for table in TABLES])
    yield
    await _rename(engine, [(f"away_{table}", table) for table in TABLES])


async def _rename(engine: AsyncEngine, names: list[tuple[str, str]]) -> None:
    async with engine.begin() as connection:
        for old, new in names:
            await connection.execute(text(f"alter table {old} rename to {new}"))


async def press(here: DiscordWorld, under: InteractionResult, number: int = 0) -> InteractionResult:
    assert under.response is not None
    member = here.owner
    return await member.click(under.response.message, custom_id=buttons(under)[number])


async def test_a_choice_is_stored_by_the_next_press(here: DiscordWorld) -> None:
    offer = await here.owner.slash(here.channel, "emoji", text="what a day")
    async with away(here.engine):
        failed = await press(here, offer)
        assert response_text(failed) == NOT_STORED
        assert buttons(failed) == []
    assert await count(here.engine, feedback) == 0
    for _ in range(2):
        assert "😂" in response_text(await press(here, offer))
    assert await count(here.engine, feedback) == 1
    async with here.engine.connect() as connection:
        weights = await connection.execute(select(func.sum(feedback.c.vote_weight)))
        assert weights.scalar_one() == 1


async def test_a_choice_that_could_not_be_withdrawn_is_withdrawn_by_the_next_press(
    here: DiscordWorld,
) -> None:
    offer = await here.owner.slash(here.channel, "emoji", text="what a day")
    chosen = await press(here, offer)
    async with away(here.engine):
        failed = await press(here, chosen)
        assert updated(failed) == NOT_STORED
    assert await count(here.engine, feedback) == 1
    assert updated(await press(here, failed)) == localize("feedback.withdrawn", "en")
    assert await count(here.engine, feedback) == 0


@pytest.mark.parametrize(
    ("command", "done"),
    [
        ("forget", "Done. Entries erased"),
        ("consent", "Thank you! You agreed"),
        ("preferences reset", localize("preferences.forgotten", "en")),
    ],
)
async def test_a_confirmation_can_be_given_again(
    here: DiscordWorld, command: str, done: str
) -> None:
    asked = await here.owner.slash(here.channel, command)
    async with away(here.engine):
        failed = await press(here, asked)
        assert updated(failed) == NOT_STORED
    confirmed = await press(here, failed)
    assert updated(confirmed).startswith(done)
    assert buttons(confirmed) == []
