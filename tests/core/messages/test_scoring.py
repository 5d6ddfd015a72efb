"""Scores of messages: limits, preferences, embedding offsets and exploration."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.errors import Overloaded, StoreFailed
from bot.core.events import (
    CustomEmojiChoice,
    MemberKey,
    SkipReason,
)
from bot.core.preferences.counts import Counts
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from tests.core.core_setup import CoreSetup
from tests.core.fakes import (
    ANNA,
    BEN,
    make_feedback,
    message,
    ref,
)


async def test_cooldown_and_rate_limit_count_reactions_only(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(cooldown_seconds=5.0, max_per_minute=2)
    core.predictor.predictions = [Prediction("😂", 0.1)]
    assert await core.skip(message(number="1")) is SkipReason.BELOW_THRESHOLD
    core.predictor.predictions = [Prediction("😂", 0.9)]
    assert await core.skip(message(number="2")) is None
    core.now += 4.9
    assert await core.skip(message(number="3")) is SkipReason.COOLDOWN
    assert await core.skip(message(number="4", addressed=True)) is None
    core.now += 5.0
    assert await core.skip(message(number="5")) is SkipReason.RATE_LIMIT
    core.now += 60.0
    assert await core.skip(message(number="6")) is None


async def test_concurrent_messages_share_one_rate_limit(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(max_per_minute=3)
    skips = await asyncio.gather(*(core.skip(message(number=str(n))) for n in range(10)))
    assert skips.count(None) == len(core.platform.shown) == 3
    assert set(skips) == {None, SkipReason.RATE_LIMIT}


async def test_chats_do_not_share_a_cooldown(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(cooldown_seconds=60.0)
    assert await core.skip(message()) is None
    assert await core.skip(replace(message(), ref=ref("1", "elsewhere"))) is None


async def test_the_predictor_gets_permitted_candidates_only(core: CoreSetup) -> None:
    given = replace(message(), candidates=frozenset({"😂", "💩", "🔥"}))
    await core.skip(given)
    assert core.predictor.asked[0][2] == {"😂", "🔥"}


@pytest.mark.parametrize(
    ("error", "reason", "failures"),
    [
        (Overloaded("full"), SkipReason.OVERLOADED, 0),
        (ValueError("so funny"), SkipReason.FAILED, 1),
    ],
)
async def test_a_failing_predictor_is_a_skip_reason(
    core: CoreSetup,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: SkipReason,
    failures: int,
) -> None:
    core.predictor.error = error
    with caplog.at_level(logging.DEBUG):
        assert await core.skip(message()) is reason
    assert core.service.failures["predictor"] == failures == len(caplog.records)
    assert "so funny" not in caplog.text
    assert not core.store.outcomes.rows


async def test_requests_do_not_count_towards_the_rate_limit(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(max_per_minute=1)
    await core.service.on_message(replace(message(number="1"), requested=True), core.platform)
    assert await core.skip(message(number="2")) is None


async def test_the_predictor_gets_the_biases_of_the_community(core: CoreSetup) -> None:
    await core.skip(message(number="1"))
    core.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    await core.service.on_feedback(make_feedback())
    await core.skip(message(number="2"))
    before, after = core.predictor.biases
    assert not before
    assert after["😂"] < -1
    assert (await core.service.member_requests.preferences(ref())).bias == after


async def test_pending_counts_swap_neighbours(core: CoreSetup) -> None:
    core.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    core.store.preferences.confirmed["console", "home"] = {}
    assert await core.skip(message()) is None
    assert core.predictor.biases == [{}]
    assert core.platform.shown == [(ref(), ("🔥",))]


PARROT = ":party_parrot:"

ALLOWED = replace(message(), candidates=frozenset({"😂", PARROT}), may_store_text=True)


@pytest.fixture
def core_with_offsets(core: CoreSetup) -> CoreSetup:
    """Return a core whose store has texts on which members chose a custom emoji."""
    chosen = [CustomEmojiChoice(EmojiChoice("we won", PARROT), MemberKey(str(n))) for n in range(3)]
    core.store.consented_texts.stored["console", "home"] = chosen
    return core


@pytest.mark.parametrize("member_request", ["revoke", "forget", "opt_out"])
async def test_the_predictor_gets_embedding_offsets_until_texts_are_erased(
    core_with_offsets: CoreSetup, member_request: str
) -> None:
    requests = core_with_offsets.service.member_requests
    assert await core_with_offsets.skip(ALLOWED) is None
    if member_request == "revoke":
        await requests.consent("console", ANNA, None)
    else:
        await getattr(requests, member_request)("console", ANNA)
    core_with_offsets.store.consented_texts.stored.clear()
    request_of_ben = replace(ALLOWED, ref=ref("2"), author=BEN)  # Anna may have opted out
    assert await core_with_offsets.skip(request_of_ben) is None
    assert [set(moves) for moves in core_with_offsets.predictor.offsets] == [{PARROT}, set()]


async def test_failing_embedding_offsets_do_not_prevent_the_reaction(
    core_with_offsets: CoreSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    core_with_offsets.store.failing = {"consented_texts.choices"}
    assert await core_with_offsets.skip(ALLOWED) is None
    assert core_with_offsets.service.failures == {"store": 1}
    core_with_offsets.store.failing = set()

    async def fail(choices: Sequence[EmojiChoice]) -> dict[str, EmbeddingOffset]:
        raise RuntimeError("cannot read this")

    monkeypatch.setattr(core_with_offsets.predictor, "embedding_offsets", fail)
    assert await core_with_offsets.skip(replace(ALLOWED, ref=ref("2"))) is None
    assert core_with_offsets.service.failures == {"store": 1, "predictor": 1}


async def test_a_promotion_during_learning_is_named_in_the_outcome(
    core_with_offsets: CoreSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = core_with_offsets.predictor.embedding_offsets

    async def promoted(choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        core_with_offsets.predictor.version = "echo-2"
        return await learn(choices)

    monkeypatch.setattr(core_with_offsets.predictor, "embedding_offsets", promoted)
    outcome = await core_with_offsets.service.on_message(ALLOWED, core_with_offsets.platform)
    assert outcome.artifact_version == "echo-2"
    assert core_with_offsets.predictor.offsets == [{}]  # those offsets belong to the other artifact


async def test_without_counts_there_are_no_biases(core: CoreSetup) -> None:
    core.store.failing = {"preferences.counts", "preferences.replace_counts"}
    assert await core.skip(message()) is None
    assert core.predictor.biases == [{}]
    assert core.service.failures == {"store": 1}
    requests = core.service.member_requests
    for member_request in (
        requests.preferences,
        requests.reset_preferences,
        requests.export_preferences,
    ):
        with pytest.raises(StoreFailed):
            await member_request(ref())


VOTED_COUNTS = {"😂": Counts(shown=40, expected_kept=20, agreed=30)}


async def test_exploration_shows_another_emoji_at_its_rate(core: CoreSetup) -> None:
    core.store.preferences.pending["console", "home"] = VOTED_COUNTS
    core.predictor.predictions = [Prediction("😂", 0.6), Prediction("🎉", 0.3)]
    core.draws = iter([-5.0, 5.0] * 3)
    core.roll = 0.94
    assert (await core.service.on_message(message(number="1"), core.platform)).shown == ("😂",)
    core.roll = 0.96
    explored = await core.service.on_message(message(number="2"), core.platform)
    assert explored.shown == ("🎉",)
    assert [p.emoji for p in explored.predictions] == ["😂", "🎉"]
    core.store.chat_settings.value = ChatSettings(exploration_rate=0.0)
    assert (await core.service.on_message(message(number="3"), core.platform)).shown == ("😂",)


async def test_grave_texts_are_not_explored(core: CoreSetup) -> None:
    core.store.preferences.pending["console", "home"] = VOTED_COUNTS
    core.predictor.predictions = [Prediction("😢", 0.6), Prediction("😂", 0.3)]
    core.draws, core.roll = iter([-5.0, 5.0]), 0.99
    assert (await core.service.on_message(message(), core.platform)).shown == ("😢",)


async def test_the_threshold_rises_if_reactions_are_removed(core: CoreSetup) -> None:
    core.store.preferences.pending["console", "home"] = {
        "🎉": Counts(shown=80, expected_kept=40, removed=78)
    }
    outcome = await core.service.on_message(message(), core.platform)
    assert outcome.skip_reason is SkipReason.BELOW_THRESHOLD
    assert (outcome.confidence_threshold or 0) > 0.7
    core.store.chat_settings.value = ChatSettings(confidence_threshold=0.2)
    assert await core.skip(message(number="2")) is None
    core.store.chat_settings.value = ChatSettings(target_acceptance=None)
    assert await core.skip(message(number="3")) is None
