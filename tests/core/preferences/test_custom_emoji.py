"""Which rows are moved for whom, and for how long that is remembered."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.events import CustomEmojiChoice, IncomingMessage, MemberKey
from bot.core.preferences.custom_emoji import (
    COMMUNITIES,
    FRESH,
    CustomEmojiOffsets,
    EmbeddingOffsets,
    usable_choices,
)
from model.embedding_offset import EmojiChoice
from tests.core.fakes import MOMENT, EchoPredictor, message, ref
from tests.core.memory_store import MemoryConsentedTexts, MemoryStore

PARROT = ":party_parrot:"
ALLOWED = frozenset({"😂", PARROT})


def chosen(by: int, emoji: str = PARROT, text: str = "we won") -> CustomEmojiChoice:
    return CustomEmojiChoice(EmojiChoice(text, emoji), MemberKey(str(by)))


BY_THREE = [chosen(n) for n in range(3)]


class Clocked:
    """Rows whose clock stands still until a test moves it."""

    def __init__(self) -> None:
        self.now: datetime = MOMENT
        self.store, self.predictor = MemoryConsentedTexts(MemoryStore()), EchoPredictor()
        self.store.stored["console", "home"] = BY_THREE
        self.rows = CustomEmojiOffsets(self.store, self.predictor, lambda: self.now)

    async def moves(self, given: IncomingMessage | None = None) -> EmbeddingOffsets:
        return await self.rows.get(given or HEARD, ALLOWED)


HEARD = replace(message(), may_store_text=True)


@pytest.fixture
def clocked() -> Clocked:
    return Clocked()


async def test_a_custom_emoji_is_moved_by_what_members_chose_it_on(clocked: Clocked) -> None:
    assert set(await clocked.moves()) == {PARROT}
    assert not await clocked.moves(replace(HEARD, ref=ref(community="other")))
    assert clocked.predictor.learnt == [[each.choice for each in BY_THREE]]


@pytest.mark.parametrize("allowed", [None, frozenset({"😂"}), frozenset()])
async def test_nothing_is_read_without_a_custom_candidate(
    clocked: Clocked, allowed: frozenset[str] | None
) -> None:
    assert not await clocked.rows.get(HEARD, allowed)
    assert not clocked.store.reads


async def test_nothing_is_read_where_no_text_may_be_kept(clocked: Clocked) -> None:
    assert not await clocked.moves(message())
    assert not clocked.store.reads


def test_nobody_moves_a_row_alone() -> None:
    alone = [chosen(1), chosen(1, text="again"), chosen(2), chosen(2, "😂")]
    assert usable_choices(alone) == []
    other = [chosen(n, ":blob:") for n in range(3)]
    # What is chosen in its place says where an emoji is not meant; what few chose says nothing.
    assert {choice.emoji for choice in usable_choices([*alone, *other])} == {"😂", ":blob:"}


async def test_it_is_remembered_for_a_minute(clocked: Clocked) -> None:
    for _ in range(3):
        await clocked.moves()
    assert len(clocked.store.reads) == 1
    clocked.store.stored.clear()
    clocked.now += FRESH
    assert not await clocked.moves()


async def test_what_is_erased_here_is_forgotten_at_once(clocked: Clocked) -> None:
    await clocked.moves()
    clocked.store.stored.clear()
    clocked.rows.invalidate("telegram")
    assert await clocked.moves()
    clocked.rows.invalidate("console")
    assert not await clocked.moves()


async def test_what_is_erased_while_it_is_read_is_not_used(clocked: Clocked) -> None:
    reading = asyncio.create_task(clocked.moves())
    gate, moves = asyncio.Event(), clocked.predictor.embedding_offsets

    async def slow(choices: list[EmojiChoice]) -> EmbeddingOffsets:
        await gate.wait()
        return await moves(choices)

    clocked.predictor.embedding_offsets = slow  # type: ignore[method-assign, assignment]
    await asyncio.wait([reading], timeout=0)
    assert not await clocked.moves()  # nobody waits for what another one reads
    clocked.rows.invalidate("console")
    gate.set()
    assert not await reading


async def test_rows_are_those_of_the_artifact_that_answers(clocked: Clocked) -> None:
    await clocked.moves()
    clocked.predictor.version = "echo-2"
    await clocked.moves()
    assert len(clocked.predictor.learnt) == 2


async def test_the_least_recently_used_community_goes_first(clocked: Clocked) -> None:
    await clocked.moves()
    for number in range(COMMUNITIES):
        await clocked.moves(replace(HEARD, ref=ref(community=str(number))))
    await clocked.moves()
    assert len(clocked.store.reads) == COMMUNITIES + 2
