"""Claims of updates that arrive more than once."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import Feedback, FeedbackSource
from bot.database.store import SqlStore
from tests.core.fakes import MOMENT, make_feedback
from tests.database.rows import record

BOT = "telegram:1"
LATER = MOMENT + timedelta(seconds=31)
NEVER = MOMENT - timedelta(days=1)


async def test_an_update_is_claimed_once(store: SqlStore) -> None:
    assert await store.update_claims.claim(BOT, [1, 2], MOMENT, NEVER) == {1, 2}
    assert await store.update_claims.claim(BOT, [2, 3], MOMENT, NEVER) == {3}
    assert await store.update_claims.claim("telegram:2", [1], MOMENT, NEVER) == {1}
    assert await store.update_claims.claim(BOT, [], MOMENT, NEVER) == set()


async def test_an_update_that_a_response_holds_twice_is_claimed_on_postgresql(
    postgres_engine: AsyncEngine,
) -> None:
    claims = SqlStore(postgres_engine).update_claims
    assert await claims.claim(BOT, [1, 2, 1], MOMENT, NEVER) == {1, 2}


async def test_concurrent_claims_give_the_update_to_one(store: SqlStore) -> None:
    wanted = [store.update_claims.claim(BOT, [2**40], MOMENT, NEVER) for _ in range(8)]
    taken = await asyncio.gather(*wanted)
    assert sorted(map(len, taken)) == [0] * 7 + [1]


async def test_unfinished_updates_are_taken_over_and_finished_ones_are_not(store: SqlStore) -> None:
    await store.update_claims.claim(BOT, [1, 2], MOMENT, NEVER)
    await store.update_claims.mark_handled(BOT, 1, MOMENT)
    assert await store.update_claims.claim(BOT, [1, 2], LATER, MOMENT) == set()
    assert await store.update_claims.claim(BOT, [1, 2], LATER, LATER) == {2}
    assert await store.update_claims.claim(BOT, [1, 2], LATER, LATER) == set()
    handled = [await store.update_claims.is_handled(BOT, number) for number in (1, 2, 3)]
    assert handled == [True, False, False]


async def test_old_claims_are_deleted(store: SqlStore) -> None:
    await store.update_claims.claim(BOT, [1], MOMENT, NEVER)
    await store.update_claims.claim(BOT, [2], LATER, NEVER)
    await store.update_claims.purge(LATER)
    assert await store.update_claims.claim(BOT, [1, 2], LATER, NEVER) == {1}


async def test_the_order_of_updates_is_forgotten_with_the_claims(store: SqlStore) -> None:
    await record(store)
    given, source = make_feedback(), FeedbackSource.REACTION

    async def apply(number: int, *feedback: Feedback) -> int:
        await store.feedback.replace(given.ref, given.actor, source, feedback, number)
        return await store.members.erase(given.ref.platform, given.actor)

    assert await apply(900) == 0
    assert await apply(1, given) == 0
    await store.update_claims.forget(BOT)  # the numbers restarted
    assert await apply(1, given) == 1
    assert await apply(2) == 0
    await store.update_claims.purge(datetime.now(UTC))
    assert await apply(1, given) == 1


async def test_renewed_claims_stay_and_forgotten_ones_are_free(store: SqlStore) -> None:
    await store.update_claims.claim(BOT, [1, 2], MOMENT, NEVER)
    await store.update_claims.renew(BOT, 1, LATER)
    assert await store.update_claims.claim(BOT, [1, 2], LATER, LATER) == {2}
    await store.update_claims.mark_handled(BOT, 1, LATER)
    await store.update_claims.claim("telegram:2", [1], LATER, NEVER)
    await store.update_claims.forget(BOT)
    assert await store.update_claims.claim(BOT, [1], LATER, NEVER) == {1}
    assert await store.update_claims.claim("telegram:2", [1], LATER, NEVER) == set()
