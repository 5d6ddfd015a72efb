"""Custom emojis that get embedding offsets, and the time for which they are cached."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.events import CustomEmojiChoice, IncomingMessage, MemberKey
from bot.core.preferences.custom_emoji import (
    MAX_AGE,
    MAX_COMMUNITIES,
    CustomEmojiOffsets,
    EmbeddingOffsets,
    usable_choices,
)
from model.embedding_offset import EmojiChoice
from tests.core.fakes import MOMENT, EchoPredictor, message, ref
from tests.core.memory_store import MemoryConsentedTexts, MemoryStore

PARROT = ":party_parrot:"
ALLOWED = frozenset({"😂", PARROT})


def choice(by: int, emoji: str = PARROT, text: str = "we won") -> CustomEmojiChoice:
    return CustomEmojiChoice(EmojiChoice(text, emoji), MemberKey(str(by)))


BY_QUORUM = [choice(n) for n in range(3)]


class ClockedOffsets:
    """Offsets with a clock that tests set."""

    def __init__(self) -> None:
        self.now: datetime = MOMENT
        self.store, self.predictor = MemoryConsentedTexts(MemoryStore()), EchoPredictor()
        self.store.stored["console", "home"] = BY_QUORUM
        self.cache = CustomEmojiOffsets(self.store, self.predictor, lambda: self.now)

    async def get(self, given: IncomingMessage | None = None) -> EmbeddingOffsets:
        return await self.cache.get(given or MESSAGE, ALLOWED)


MESSAGE = replace(message(), may_store_text=True)


@pytest.fixture
def clocked() -> ClockedOffsets:
    return ClockedOffsets()


async def test_choices_give_a_custom_emoji_an_offset(clocked: ClockedOffsets) -> None:
    assert set(await clocked.get()) == {PARROT}
    assert not await clocked.get(replace(MESSAGE, ref=ref(community="other")))
    assert clocked.predictor.learned_choices == [[chosen.choice for chosen in BY_QUORUM]]


@pytest.mark.parametrize("allowed", [None, frozenset({"😂"}), frozenset()])
async def test_texts_are_not_read_without_a_custom_candidate(
    clocked: ClockedOffsets, allowed: frozenset[str] | None
) -> None:
    assert not await clocked.cache.get(MESSAGE, allowed)
    assert not clocked.store.reads


async def test_texts_are_not_read_if_none_may_be_stored(clocked: ClockedOffsets) -> None:
    assert not await clocked.get(message())
    assert not clocked.store.reads


def test_choices_of_a_single_member_are_left_out() -> None:
    by_few = [choice(1), choice(1, text="again"), choice(2), choice(2, "😂")]
    assert usable_choices(by_few) == []
    by_quorum = [choice(n, ":blob:") for n in range(3)]
    # Standard emojis say where a custom one was not chosen; what few chose is left out.
    assert {choice.emoji for choice in usable_choices([*by_few, *by_quorum])} == {"😂", ":blob:"}


async def test_offsets_are_cached_until_they_expire(clocked: ClockedOffsets) -> None:
    for _ in range(3):
        await clocked.get()
    assert len(clocked.store.reads) == 1
    clocked.store.stored.clear()
    clocked.now += MAX_AGE
    assert not await clocked.get()


async def test_invalidation_discards_the_offsets_of_a_platform(clocked: ClockedOffsets) -> None:
    await clocked.get()
    clocked.store.stored.clear()
    clocked.cache.invalidate("telegram")
    assert await clocked.get()
    clocked.cache.invalidate("console")
    assert not await clocked.get()


async def test_offsets_invalidated_while_they_are_learnt_are_not_used(
    clocked: ClockedOffsets,
) -> None:
    loading = asyncio.create_task(clocked.get())
    gate, learn = asyncio.Event(), clocked.predictor.embedding_offsets

    async def slow(choices: list[EmojiChoice]) -> EmbeddingOffsets:
        await gate.wait()
        return await learn(choices)

    clocked.predictor.embedding_offsets = slow  # type: ignore[method-assign, assignment]
    await asyncio.wait([loading], timeout=0)
    assert not await clocked.get()  # a second call does not wait for the first
    clocked.cache.invalidate("console")
    gate.set()
    assert not await loading


async def test_offsets_are_learnt_anew_for_another_artifact(clocked: ClockedOffsets) -> None:
    await clocked.get()
    clocked.predictor.version = "echo-2"
    await clocked.get()
    assert len(clocked.predictor.learned_choices) == 2


async def test_the_least_recently_used_community_is_evicted(clocked: ClockedOffsets) -> None:
    await clocked.get()
    for number in range(MAX_COMMUNITIES):
        await clocked.get(replace(MESSAGE, ref=ref(community=str(number))))
    await clocked.get()
    assert len(clocked.store.reads) == MAX_COMMUNITIES + 2
