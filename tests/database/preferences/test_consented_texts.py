"""Whose texts are read, with what was chosen on them, and that they go."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.events import FeedbackKind, MessageRef
from bot.database.store import SqlStore
from model.embedding_offset import EmojiChoice
from tests.core.fakes import ANNA, BEN, make_feedback, message, ref
from tests.database.preferences.test_recording import member
from tests.database.rows import record

HEARD = replace(message("we won the cup"), may_store_text=True)
CHOSEN = replace(make_feedback(kind=FeedbackKind.CORRECT, emoji=":parrot:"), at=datetime.now(UTC))


async def choices(store: SqlStore, where: MessageRef = HEARD.ref) -> list[EmojiChoice]:
    return [each.choice for each in await store.consented_texts.choices(where, 10)]


async def said(store: SqlStore) -> None:
    """Anna agreed that her texts are kept; Ben chooses an emoji on one."""
    await store.members.set_consent("console", ANNA, "1")
    await record(store, HEARD)
    await store.feedback.add(CHOSEN)


async def test_a_text_is_read_with_what_was_chosen_on_it(store: SqlStore) -> None:
    await said(store)
    (chosen,) = await store.consented_texts.choices(HEARD.ref, 10)
    assert chosen.choice == EmojiChoice("we won the cup", ":parrot:", 1.0)
    assert chosen.member == BEN
    assert "cup" not in repr(chosen)
    assert await choices(store, ref(community="other")) == []


async def test_a_text_without_consent_is_not_there(store: SqlStore) -> None:
    await record(store, HEARD)
    await store.feedback.add(CHOSEN)
    assert await choices(store) == []


async def test_what_is_disliked_or_taken_back_is_no_choice(store: SqlStore) -> None:
    await said(store)
    await store.feedback.add(replace(make_feedback(kind=FeedbackKind.DISLIKE), actor=member(1)))
    assert len(await choices(store)) == 1
    await store.feedback.add(replace(CHOSEN, withdrawn=True))
    assert await choices(store) == []


async def test_a_member_who_repeats_themselves_weighs_less(store: SqlStore) -> None:
    await store.members.set_consent("console", ANNA, "1")
    for number in "1234567":
        await record(store, replace(HEARD, ref=ref(number)))
        await store.feedback.add(replace(CHOSEN, ref=ref(number)))
    # The latest first, and no more than were asked for.
    weights = [choice.weight for choice in await choices(store)]
    assert weights == sorted(weights)
    assert 1 < len(weights) < 7
    assert min(weights) > 0  # what is not heard any more is no choice
    assert sum(weights) < 1.5
    assert len(await store.consented_texts.choices(HEARD.ref, 2)) == 2


async def test_texts_go_with_consent_member_message_and_time(store: SqlStore) -> None:
    async def gone() -> bool:
        found = await choices(store)
        await store.members.erase("console", ANNA)
        return not found

    await said(store)
    await store.members.set_consent("console", ANNA, None)
    assert await gone()
    await said(store)
    await store.members.erase("console", ANNA)
    assert await gone()
    await said(store)
    await store.outcomes.delete(HEARD.ref)
    assert await gone()
    await said(store)
    await store.outcomes.purge(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert await gone()
