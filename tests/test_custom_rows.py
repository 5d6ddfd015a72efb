"""A custom emoji is predicted where members who agreed chose it, until their texts are erased."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

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


@pytest.fixture
async def house(
    shipped: Predictor, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("rows")
    engine: AsyncEngine = await open_database(f"sqlite+aiosqlite:///{folder / 'bot.db'}")
    predictor, moment, clock = BatchingPredictor(shipped), [datetime.now(UTC)], itertools.count()
    store = SqlStore(engine)
    chance = Randomness(clock=lambda: 60.0 * next(clock), now=lambda: moment[0])
    yield House(Service(predictor, store, chance), store, moment)
    await predictor.aclose()
    await engine.dispose()


async def test_a_chosen_custom_emoji_is_predicted_on_its_subject(house: House) -> None:
    assert await house.odds(NEW) == 0
    await house.talk()
    on = await house.odds(NEW)
    assert on > 0.05
    assert await house.odds(ELSEWHERE) < on / 2
    assert await house.odds(NEW, "another") == 0


async def test_texts_that_are_erased_are_forgotten(house: House) -> None:
    await house.talk()
    on = await house.odds(NEW)
    for n in range(MEMBERS):
        await house.service.member_requests.consent("web", member(n), None)
    assert await house.odds(NEW) < on / 3


async def test_another_process_forgets_within_a_minute(house: House) -> None:
    await house.talk()
    on = await house.odds(NEW)
    for n in range(MEMBERS):
        await house.store.members.set_consent("web", member(n), None)
    assert await house.odds(NEW) == pytest.approx(on)
    house.later()
    assert await house.odds(NEW) < on / 3


async def test_nothing_is_left_of_who_is_forgotten(house: House) -> None:
    await house.talk()
    for n in range(MEMBERS):
        await house.service.member_requests.forget("web", member(n))
    assert await house.odds(NEW) == 0
