"""Feedback on outcomes: stored, withdrawn, counted and refused."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import (
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    MemberKey,
    MessageRef,
    SkipReason,
)
from bot.core.messages.feedback import ReactionFeedback, ReactionResult, explain_rejection
from bot.core.preferences.counts import QUORUM, Counts
from model.emoji import ChosenEmoji
from tests.core.core_setup import CoreSetup
from tests.core.fakes import (
    ANNA,
    BEN,
    RecordingPlatform,
    make_feedback,
    message,
    ref,
)


async def test_feedback_is_stored(core: CoreSetup) -> None:
    await core.skip(message())
    assert await core.service.on_feedback(make_feedback()) is FeedbackResult.RECORDED
    unknown = await core.service.on_feedback(make_feedback("unknown"))
    assert unknown is FeedbackResult.UNKNOWN_MESSAGE
    assert list(core.store.feedback.rows.values()) == [make_feedback()]
    assert core.service.dropped == {"unknown_message": 1}


async def test_an_opted_out_actor_can_only_withdraw_feedback(core: CoreSetup) -> None:
    await core.skip(message())
    await core.service.member_requests.opt_out("console", BEN)
    assert await core.service.on_feedback(make_feedback()) is FeedbackResult.OPTED_OUT
    withdrawn = await core.service.on_feedback(make_feedback(withdrawn=True))
    assert withdrawn is FeedbackResult.RECORDED
    assert not core.store.feedback.rows
    assert core.service.dropped == {"opted_out": 1}


class FeedbackDuringReaction(RecordingPlatform):
    """Platform on which members give feedback, delete and erase during a reaction."""

    def __init__(self, core: CoreSetup) -> None:
        super().__init__()
        self.core = core
        self.feedback: asyncio.Task[FeedbackResult] | None = None
        self.deleted: asyncio.Task[bool] | None = None
        self.forgotten: asyncio.Task[int] | None = None

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        self.feedback = asyncio.create_task(self.core.service.on_feedback(make_feedback()))
        self.deleted = asyncio.create_task(self.core.service.on_deletion(ref))
        self.forgotten = asyncio.create_task(
            self.core.service.member_requests.forget("console", ANNA)
        )
        await asyncio.wait([self.feedback, self.deleted, self.forgotten], timeout=0)


async def test_feedback_and_deletions_wait_for_the_outcome(core: CoreSetup) -> None:
    platform = FeedbackDuringReaction(core)
    await core.service.on_message(message(), platform)
    assert platform.feedback is not None
    assert platform.deleted is not None
    assert platform.forgotten is not None
    assert await platform.feedback is FeedbackResult.RECORDED
    await platform.deleted
    await platform.forgotten
    assert not core.store.outcomes.rows


async def test_feedback_on_a_cancelled_message_does_not_hang(core: CoreSetup) -> None:
    class HangingPlatform(RecordingPlatform):
        async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(core.service.on_message(message(), HangingPlatform()))
    await asyncio.wait([task], timeout=0)
    waiting = asyncio.create_task(core.service.on_feedback(make_feedback()))
    await asyncio.wait([waiting], timeout=0)
    task.cancel()
    assert await waiting is FeedbackResult.RECORDED  # the outcome is recorded before the reaction


async def test_all_reactions_replace_earlier_ones(core: CoreSetup) -> None:
    await core.service.on_message(message(), core.platform)
    reactions = ReactionFeedback(core.service)

    async def choose(*emojis: str, on: str = "1") -> FeedbackResult:
        chosen = [ChosenEmoji(emoji) for emoji in emojis]
        return await reactions.on_all_reactions(ref(on), BEN, chosen, FeedbackSource.BUTTON)

    assert await choose("😂") is FeedbackResult.RECORDED
    assert await choose("🔥", "👎") is FeedbackResult.RECORDED
    stored = [(w.kind, w.emoji) for w in core.store.feedback.rows.values()]
    assert stored == [(FeedbackKind.CORRECT, "🔥"), (FeedbackKind.DISLIKE, None)]
    assert await choose("😂", on="unknown") is FeedbackResult.UNKNOWN_MESSAGE
    core.store.members.opted_out.add(("console", BEN))
    assert await choose("😂") is FeedbackResult.OPTED_OUT
    assert await choose() is FeedbackResult.RECORDED
    assert not core.store.feedback.rows
    core.store.failing = {"feedback.replace"}
    assert await choose() is FeedbackResult.STORE_FAILED
    core.store.failing = {"outcomes.find"}
    assert await choose() is FeedbackResult.STORE_FAILED


async def test_the_result_of_a_reaction_has_its_feedback_kind(core: CoreSetup) -> None:
    await core.service.on_message(message(), core.platform)
    reactions = ReactionFeedback(core.service)
    for emoji, kind in (
        ("😂", FeedbackKind.AGREE),
        ("🔥", FeedbackKind.CORRECT),
        ("👎", FeedbackKind.DISLIKE),
    ):
        result = await reactions.on_reaction(ref(), BEN, ChosenEmoji(emoji), withdrawn=False)
        assert result == ReactionResult(FeedbackResult.RECORDED, kind)
    core.store.members.opted_out.add(("console", BEN))
    refused = await reactions.on_reaction(ref(), BEN, ChosenEmoji("😂"), withdrawn=False)
    assert refused == ReactionResult(FeedbackResult.OPTED_OUT, FeedbackKind.AGREE)
    core.store.failing = {"outcomes.find"}
    failed = await reactions.on_reaction(ref(), BEN, ChosenEmoji("😂"), withdrawn=False)
    assert failed == ReactionResult(FeedbackResult.STORE_FAILED)


@pytest.mark.parametrize("result", [r for r in FeedbackResult if r is not FeedbackResult.RECORDED])
def test_every_rejection_has_an_explanation(result: FeedbackResult) -> None:
    assert explain_rejection(result, "en")


async def test_reactions_on_messages_without_an_emoji_are_only_counted(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(confidence_threshold=0.99)
    assert await core.skip(message()) is SkipReason.BELOW_THRESHOLD
    reactions = ReactionFeedback(core.service)

    async def react(emoji: str, on: str = "1", *, withdrawn: bool = False) -> FeedbackResult:
        return (
            await reactions.on_reaction(ref(on), BEN, ChosenEmoji(emoji), withdrawn=withdrawn)
        ).result

    assert await react("🔥") is FeedbackResult.NOTHING_SHOWN
    assert await react("🔥", withdrawn=True) is FeedbackResult.NOTHING_SHOWN
    assert await react("🔥", on="unknown") is FeedbackResult.UNKNOWN_MESSAGE
    assert core.store.unprompted.counted == [(ref(), BEN, "🔥")]
    core.store.members.opted_out.add(("console", BEN))
    await react("😂")
    core.store.members.opted_out.clear()
    core.store.failing = {"unprompted.count"}
    await react("😂")
    assert len(core.store.unprompted.counted) == 1
    assert not core.store.feedback.rows
    assert core.service.failures == {"store": 1}


async def test_unprompted_emojis_count_at_the_next_message(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(confidence_threshold=0.99)
    await core.skip(message(number="1"))
    core.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    for number in range(QUORUM):
        member = MemberKey(str(number))
        await ReactionFeedback(core.service).on_reaction(
            ref("1"), member, ChosenEmoji("🔥"), withdrawn=False
        )
    await core.skip(message(number="2"))
    assert core.predictor.biases[1]["😂"] < -1
