"""The way of a message through the service, with fakes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.concurrency import store_retry
from bot.core.errors import Overloaded, PlatformRefused, StoreFailed
from bot.core.events import (
    FeedbackResult,
    MessageRef,
    Outcome,
    SkipReason,
)
from model import Prediction
from model.prediction import Gravity, GravityLevel
from tests.core.core_setup import CoreSetup
from tests.core.fakes import (
    ANNA,
    RecordingPlatform,
    make_feedback,
    message,
    ref,
)


async def test_a_message_is_answered_and_recorded(core: CoreSetup) -> None:
    outcome = await core.service.on_message(message(), core.platform)
    assert (outcome.shown, outcome.skip_reason) == (("😂",), None)
    assert [p.emoji for p in outcome.predictions] == ["😂", "🔥"]
    assert core.platform.shown == [(ref(), ("😂",))]
    assert core.store.outcomes.rows[ref()] == (message(), outcome)
    assert outcome.artifact_version == "echo-1"
    # Also as many as the chat may deny, and one that may be swapped into the top five.
    assert core.predictor.asked == [("so funny", 6 + len(ChatSettings().emoji_deny), None)]


async def test_what_another_process_recorded_is_shown_again_once(core: CoreSetup) -> None:
    await core.store.outcomes.record(message(), Outcome(ref(), shown=("😂",)))
    for _ in range(2):
        assert await core.skip(message()) is SkipReason.DUPLICATE
        await core.service.show_again(message(), core.platform)
    assert core.platform.shown == [(ref(), ("😂",))]


async def test_what_was_shown_here_is_not_shown_again(core: CoreSetup) -> None:
    assert await core.skip(message()) is None
    assert await core.skip(message()) is SkipReason.DUPLICATE
    await core.service.show_again(message(), core.platform)
    assert core.platform.shown == [(ref(), ("😂",))]


async def test_the_same_message_twice_is_answered_once(core: CoreSetup) -> None:
    await asyncio.gather(*(core.skip(message()) for _ in range(3)))
    assert await core.skip(message()) is SkipReason.DUPLICATE
    assert len(core.platform.shown) == len(core.predictor.asked) == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (ChatSettings(enabled=False), SkipReason.CHAT_DISABLED),
        (ChatSettings(chance=0.0), SkipReason.SAMPLED_OUT),
        (ChatSettings(emoji_allow=frozenset()), SkipReason.NO_ALLOWED_EMOJI),
    ],
)
async def test_unscored_messages_are_not_recorded(
    core: CoreSetup, settings: ChatSettings, reason: SkipReason
) -> None:
    core.store.chat_settings.value = settings
    assert await core.skip(message()) is reason
    assert not core.predictor.asked
    assert not core.store.outcomes.rows


async def test_an_opted_out_author_is_neither_read_nor_recorded(core: CoreSetup) -> None:
    await core.service.member_requests.opt_out("console", ANNA)
    assert await core.skip(message(addressed=True)) is SkipReason.OPTED_OUT
    assert not core.predictor.asked
    assert not core.store.outcomes.rows
    await core.service.member_requests.opt_in("console", ANNA)
    assert await core.skip(message(number="2")) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], SkipReason.NO_PREDICTION),
        ([Prediction("😂", 0.1)], SkipReason.BELOW_THRESHOLD),
        ([Prediction("🖕", 0.9)], SkipReason.NO_ALLOWED_EMOJI),
    ],
)
async def test_skips_after_scoring_are_recorded(
    core: CoreSetup, answer: list[Prediction], reason: SkipReason
) -> None:
    core.predictor.predictions = answer
    assert await core.skip(message()) is reason
    assert core.store.outcomes.rows[ref()][1].skip_reason is reason
    assert not core.platform.shown


@pytest.mark.parametrize(
    ("error", "refusal", "failures"),
    [(PlatformRefused("forbidden"), "forbidden", 0), (RuntimeError("so funny"), "error", 1)],
)
async def test_a_refused_reaction_is_recorded_as_such(
    core: CoreSetup, error: Exception, refusal: str, failures: int
) -> None:
    core.platform.error = error
    outcome = await core.service.on_message(message(), core.platform)
    assert (outcome.shown, outcome.skip_reason, outcome.refusal) == (
        (),
        SkipReason.REFUSED,
        refusal,
    )
    assert core.store.outcomes.rows[ref()][1] == outcome
    assert core.service.failures["platform"] == failures
    assert core.service.refusals.total() == 1 - failures


async def test_a_refusal_is_recorded_once_the_store_is_back(
    core: CoreSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_retry, "FIRST_DELAY_SECONDS", 0.0)
    record, failures = core.store.outcomes.record_refusal, iter(range(3))

    async def fail_at_first(of: MessageRef, refusal: str) -> None:
        if next(failures, None) is not None:
            raise StoreFailed("disk full")
        await record(of, refusal)

    monkeypatch.setattr(core.store.outcomes, "record_refusal", fail_at_first)
    core.platform.error = PlatformRefused("forbidden")
    outcome = await core.service.on_message(message(), core.platform)
    assert (outcome.skip_reason, outcome.refusal) == (SkipReason.REFUSED, "forbidden")
    assert core.store.outcomes.rows[ref()][1] == outcome
    assert core.service.failures["store"] == 3


@pytest.mark.parametrize("method", ["chat_settings.get", "members.is_opted_out"])
async def test_without_settings_or_opt_outs_messages_are_skipped(
    core: CoreSetup, method: str
) -> None:
    core.store.failing = {method}
    assert await core.skip(message()) is SkipReason.STORE_FAILED
    assert not core.predictor.asked
    assert core.service.failures["store"] == 1
    core.store.failing = set()
    assert await core.skip(message()) is None


async def test_an_outcome_that_is_not_recorded_is_not_shown_and_can_be_tried_again(
    core: CoreSetup, caplog: pytest.LogCaptureFixture
) -> None:
    core.store.failing = {"outcomes.record", "feedback.add", "outcomes.delete"}
    assert await core.skip(message()) is SkipReason.STORE_FAILED
    assert not core.platform.shown
    requested = replace(message(number="7"), requested=True)
    assert await core.skip(requested) is None
    assert await core.service.on_feedback(make_feedback()) is FeedbackResult.STORE_FAILED
    assert not await core.service.on_deletion(ref())
    assert core.service.failures["store"] == 4
    assert "the store failed: disk full" in caplog.text
    assert "so funny" not in caplog.text


async def test_a_message_recorded_by_another_process_is_a_duplicate(core: CoreSetup) -> None:
    assert await core.store.outcomes.record(message(), Outcome(ref()))
    assert await core.skip(message()) is SkipReason.DUPLICATE
    assert not core.platform.shown


async def test_the_outcome_is_recorded_before_an_emoji_is_shown(core: CoreSetup) -> None:
    class CheckingPlatform(RecordingPlatform):
        async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
            assert core.store.outcomes.rows[ref][1].shown == tuple(emojis)
            await super().react(ref, emojis)

    platform = CheckingPlatform()
    await core.service.on_message(message(), platform)
    assert platform.shown


async def test_replies_have_the_top_five_as_buttons(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(mode=Mode.REPLY)
    outcome = await core.service.on_message(message(), core.platform)
    assert outcome.shown == ("😂", "🔥")
    assert core.platform.offered == [(ref(), ("😂", "🔥"))]
    assert not core.platform.shown


async def test_a_request_of_an_opted_out_member_is_answered_and_not_recorded(
    core: CoreSetup,
) -> None:
    core.store.members.opted_out = {("console", ANNA)}
    outcome = await core.service.on_message(replace(message(), requested=True), core.platform)
    assert outcome.shown == ("😂", "🔥")
    assert core.platform.offered
    assert not core.store.outcomes.rows


async def test_a_refused_emoji_was_not_shown(core: CoreSetup) -> None:
    core.platform.error = PlatformRefused("forbidden")
    await core.skip(message())
    recorded = await core.service.recorded_outcome(ref())
    assert recorded is not None
    assert (recorded.outcome.shown, recorded.outcome.refusal) == ((), "forbidden")
    assert await core.service.shown_emojis(ref()) == ()


async def test_a_failing_fit_of_the_prior_is_recorded(core: CoreSetup) -> None:
    await core.service.refit_preference_prior()
    core.store.failing = {"preferences.recent_counts"}
    await core.service.refit_preference_prior()
    assert core.service.failures == {"store": 1}


async def test_suggestions_follow_the_settings_and_are_not_recorded(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(enabled=False, emoji_deny=frozenset({"😂"}))
    assert [p.emoji for p in await core.service.suggest(ref(), "so funny")] == ["🔥"]
    assert (core.store.outcomes.rows, core.platform.shown) == ({}, [])
    core.store.failing = {"chat_settings.get"}
    assert await core.service.suggest(ref(), "so funny") == ()
    core.store.failing = set()
    core.predictor.error = Overloaded("full")
    assert await core.service.suggest(ref(), "so funny") == ()


@pytest.mark.parametrize("error", [Overloaded("full"), RuntimeError("broken")])
async def test_a_message_that_could_not_be_scored_can_be_passed_again(
    core: CoreSetup, error: Exception
) -> None:
    core.predictor.error = error
    assert await core.skip(message()) in (SkipReason.OVERLOADED, SkipReason.FAILED)
    core.predictor.error = None
    assert await core.skip(message()) is None
    assert core.platform.shown == [(ref(), ("😂",))]


async def test_a_delayed_message_is_answered_once_it_has_waited(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(delay_seconds=5.0, chance=0.5)
    core.roll = 0.9  # nothing is drawn before the delay
    outcome = await core.service.on_message(message(), core.platform)
    assert (outcome.skip_reason, outcome.delay_seconds) == (SkipReason.DELAYED, 5.0)
    assert (core.predictor.asked, core.store.outcomes.rows) == ([], {})
    assert await core.skip(replace(message(number="2"), waited=True)) is SkipReason.SAMPLED_OUT
    core.roll = 0.4
    assert await core.skip(replace(message(), waited=True)) is None
    assert await core.skip(replace(message(), waited=True)) is SkipReason.DUPLICATE
    assert await core.skip(message(number="3", addressed=True)) is None


async def test_an_opt_out_holds_for_a_message_that_has_waited(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(delay_seconds=5.0)
    assert await core.skip(message()) is SkipReason.DELAYED
    core.store.members.opted_out = {("console", ANNA)}
    assert await core.skip(replace(message(), waited=True)) is SkipReason.OPTED_OUT


async def test_in_the_name_of_a_member_grave_messages_get_nothing(core: CoreSetup) -> None:
    core.predictor.predictions = [Prediction("🫂", 0.9, gravity=Gravity(GravityLevel.GRAVE))]
    assert await core.skip(message()) is None
    assert await core.skip(replace(message(number="2"), on_behalf=True)) is SkipReason.GRAVITY
    core.predictor.predictions = [Prediction("🎉", 0.9)]
    assert await core.skip(replace(message(number="3"), on_behalf=True)) is None
