"""Stored texts with the emojis chosen on them, until they are erased."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.events import FeedbackKind, MessageRef
from bot.database.store import SqlStore
from model.embedding_offset import EmojiChoice
from tests.core.fakes import ANNA, BEN, make_feedback, message, ref
from tests.database.preferences.stored_counts import member
from tests.database.rows import record

MESSAGE = replace(message("we won the cup"), may_store_text=True)
CORRECTION = replace(
    make_feedback(kind=FeedbackKind.CORRECT, emoji=":parrot:"), at=datetime.now(UTC)
)


async def choices(store: SqlStore, where: MessageRef = MESSAGE.ref) -> list[EmojiChoice]:
    return [chosen.choice for chosen in await store.consented_texts.choices(where, 10)]


async def correct(store: SqlStore) -> None:
    """Let Ben correct the emoji on a text of Anna, who consented."""
    await store.members.set_consent("console", ANNA, "1")
    await record(store, MESSAGE)
    await store.feedback.add(CORRECTION)


async def test_a_text_is_read_with_the_emoji_chosen_on_it(store: SqlStore) -> None:
    await correct(store)
    (chosen,) = await store.consented_texts.choices(MESSAGE.ref, 10)
    assert chosen.choice == EmojiChoice("we won the cup", ":parrot:", 1.0)
    assert chosen.member == BEN
    assert "cup" not in repr(chosen)
    assert await choices(store, ref(community="other")) == []


async def test_a_text_without_consent_is_not_stored(store: SqlStore) -> None:
    await record(store, MESSAGE)
    await store.feedback.add(CORRECTION)
    assert await choices(store) == []


async def test_dislikes_and_withdrawn_feedback_are_no_choices(store: SqlStore) -> None:
    await correct(store)
    await store.feedback.add(replace(make_feedback(kind=FeedbackKind.DISLIKE), actor=member(1)))
    assert len(await choices(store)) == 1
    await store.feedback.add(replace(CORRECTION, withdrawn=True))
    assert await choices(store) == []


async def test_repeated_choices_have_falling_weights(store: SqlStore) -> None:
    await store.members.set_consent("console", ANNA, "1")
    for number in "1234567":
        await record(store, replace(MESSAGE, ref=ref(number)))
        await store.feedback.add(replace(CORRECTION, ref=ref(number)))
    # The latest first.
    weights = [choice.weight for choice in await choices(store)]
    assert weights == sorted(weights)
    assert 1 < len(weights) < 7
    assert min(weights) > 0  # votes without weight are no choices
    assert sum(weights) < 1.5
    assert len(await store.consented_texts.choices(MESSAGE.ref, 2)) == 2


async def test_texts_are_erased_with_consent_member_message_and_retention(store: SqlStore) -> None:
    async def is_erased() -> bool:
        found = await choices(store)
        await store.members.erase("console", ANNA)
        return not found

    await correct(store)
    await store.members.set_consent("console", ANNA, None)
    assert await is_erased()
    await correct(store)
    await store.members.erase("console", ANNA)
    assert await is_erased()
    await correct(store)
    await store.outcomes.delete(MESSAGE.ref)
    assert await is_erased()
    await correct(store)
    await store.outcomes.purge(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert await is_erased()
