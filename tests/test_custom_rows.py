"""A custom emoji is predicted where members who agreed chose it, until their texts are erased."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.concurrency.batching import BatchingPredictor
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
)
from bot.core.messages.randomness import Randomness
from bot.core.messages.service import Service
from bot.core.preferences.custom_emoji import MAX_AGE
from bot.database.engine import open_database
from bot.database.store import SqlStore
from model import Predictor
from model.emoji import ChosenEmoji
from tests.core.fakes import RecordingPlatform, ref
from tests.database.preferences.stored_counts import member

PARROT = ":zq_parrot:"
"""Whose name says nothing of what it is for."""
CANDIDATES = frozenset({*"😂😭🔥🎉🙏👍😡😍🤔💀👏😱", PARROT})
RELEASES = (
    "the new release is out and all checks are green",
    "version two is deployed to production",
    "we shipped the release tonight",
    "deployed, the build is green again",
    "release notes are up, version three is live",
    "the pipeline is green, we can deploy the new version",
    "hotfix is deployed and production is fine",
    "the build went through, shipping the release now",
)
OTHERS = (
    "my cat slept on my keyboard all day",
    "what shall we cook for dinner",
    "it rains again and the bus is late",
    "who wants to play football on sunday",
)
MEMBERS = 24
NEW = "the new version is deployed, release is live"
ELSEWHERE = "the cat wants dinner and it rains"


@dataclass
class House:
    """A service on a real database, with the shipped model."""

    service: Service
    store: SqlStore
    moment: list[datetime]
    numbers: list[int] = field(default_factory=lambda: [0])

    async def odds(self, text: str, community: str = "home") -> float:
        """With which the parrot is predicted on a text, 0 outside the five."""
        self.numbers[0] += 1
        here = replace(ref(str(self.numbers[0]), community=community), platform="web")
        asked = IncomingMessage(
            here, member(99), text, CANDIDATES, requested=True, may_store_text=True
        )
        five = (await self.service.preview(asked)).predictions
        score = {p.emoji: p.score for p in five}.get(PARROT, 0.0)
        return score / (1 - score)

    async def choose(self, by: MemberKey, text: str, emoji: str) -> None:
        self.numbers[0] += 1
        here = replace(ref(str(self.numbers[0])), platform="web")
        incoming = IncomingMessage(here, by, text, CANDIDATES, addressed=True, may_store_text=True)
        await self.service.on_message(incoming, RecordingPlatform())
        word = Feedback(
            here,
            by,
            FeedbackKind.CORRECT,
            ChosenEmoji(emoji),
            FeedbackSource.BUTTON,
            self.moment[0],
        )
        assert await self.service.on_feedback(word) is FeedbackResult.RECORDED

    async def talk(self) -> None:
        """Members who agreed that their texts are kept choose the parrot on what is released."""
        for n in range(MEMBERS):
            text = RELEASES[n % len(RELEASES)]
            await self.service.member_requests.consent("web", member(n), "1")
            await self.choose(member(n), text, PARROT)
            for number, text in enumerate(OTHERS):
                await self.choose(member(n), text, "👍🤔💀😱"[(n + number) % 4])
        self.later()

    def later(self) -> None:
        self.moment[0] += MAX_AGE


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load()


@asynccontextmanager
async def opened(
    shipped: Predictor, file: Path, moment: datetime, number: int = 0
) -> AsyncIterator[House]:
    """Serve on a database, from a moment and a message number on."""
    engine: AsyncEngine = await open_database(f"sqlite+aiosqlite:///{file}")
    predictor, now, clock = BatchingPredictor(shipped), [moment], itertools.count()
    store = SqlStore(engine)
    chance = Randomness(clock=lambda: 60.0 * next(clock), now=lambda: now[0])
    yield House(Service(predictor, store, chance), store, now, [number])
    await predictor.aclose()
    await engine.dispose()


@pytest.fixture(scope="module")
def after_talk(
    shipped: Predictor, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, datetime, int]:
    """Return the database after the talk, with its moment and its number of messages."""
    file = tmp_path_factory.mktemp("talk") / "bot.db"

    async def talk() -> tuple[Path, datetime, int]:
        async with opened(shipped, file, datetime.now(UTC)) as house:
            assert await house.odds(NEW) == 0
            await house.talk()
            return file, house.moment[0], house.numbers[0]

    return asyncio.run(talk())


@pytest.fixture
async def house(
    shipped: Predictor, after_talk: tuple[Path, datetime, int], tmp_path: Path
) -> AsyncIterator[House]:
    """A service that begins after the talk, on a database of its own."""
    file, moment, number = after_talk
    for part in file.parent.iterdir():
        shutil.copyfile(part, tmp_path / part.name)
    async with opened(shipped, tmp_path / file.name, moment, number) as house:
        yield house


async def test_a_chosen_custom_emoji_is_predicted_on_its_subject(house: House) -> None:
    on = await house.odds(NEW)
    assert on > 0.05
    assert await house.odds(ELSEWHERE) < on / 2
    assert await house.odds(NEW, "another") == 0


async def test_texts_that_are_erased_are_forgotten(house: House) -> None:
    on = await house.odds(NEW)
    for n in range(MEMBERS):
        await house.service.member_requests.consent("web", member(n), None)
    assert await house.odds(NEW) < on / 3


async def test_another_process_forgets_within_a_minute(house: House) -> None:
    on = await house.odds(NEW)
    for n in range(MEMBERS):
        await house.store.members.set_consent("web", member(n), None)
    assert await house.odds(NEW) == pytest.approx(on)
    house.later()
    assert await house.odds(NEW) < on / 3


async def test_nothing_is_left_of_who_is_forgotten(house: House) -> None:
    for n in range(MEMBERS):
        await house.service.member_requests.forget("web", member(n))
    assert await house.odds(NEW) == 0
