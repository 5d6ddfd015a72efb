"""The way of one message, with everything around it played by fakes."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.errors import Overloaded, PlatformRefused, StoreFailed
from bot.core.events import (
    CustomEmojiChoice,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    SkipReason,
)
from bot.core.messages.feedback import ReactionFeedback, ReactionResult, explain_rejection
from bot.core.messages.randomness import Randomness
from bot.core.messages.service import Service
from bot.core.preferences.counts import QUORUM, Counts
from bot.core.preferences.transfer import PreferenceFileError
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.emoji import ChosenEmoji
from tests.core.fakes import (
    ANNA,
    BEN,
    EchoPredictor,
    RecordingPlatform,
    make_feedback,
    message,
    ref,
)
from tests.core.memory_store import MemoryStore


class Setup:
    """A service among fakes, with time and luck in the test's hand."""

    def __init__(self) -> None:
        self.now, self.luck = 1000.0, 0.0
        self.predictor, self.store, self.platform = (
            EchoPredictor(),
            MemoryStore(),
            RecordingPlatform(),
        )
        self.draws: Iterator[float] = iter(())
        chance = Randomness(
            clock=lambda: self.now, roll=lambda: self.luck, normal=lambda: next(self.draws)
        )
        self.service = Service(self.predictor, self.store, chance)

    async def skip(self, given: IncomingMessage) -> SkipReason | None:
        return (await self.service.on_message(given, self.platform)).skip_reason


@pytest.fixture
def house() -> Setup:
    return Setup()


async def test_a_message_is_answered_and_recorded(house: Setup) -> None:
    outcome = await house.service.on_message(message(), house.platform)
    assert (outcome.shown, outcome.skip_reason) == (("😂",), None)
    assert [p.emoji for p in outcome.predictions] == ["😂", "🔥"]
    assert house.platform.shown == [(ref(), ("😂",))]
    assert house.store.outcomes.rows[ref()] == (message(), outcome)
    assert outcome.artifact_version == "echo-1"
    # As many more as the chat may deny, and one that may take the last place.
    assert house.predictor.asked == [("so funny", 6 + len(ChatSettings().emoji_deny), None)]


async def test_the_same_message_twice_is_answered_once(house: Setup) -> None:
    await asyncio.gather(*(house.skip(message()) for _ in range(3)))
    assert await house.skip(message()) is SkipReason.DUPLICATE
    assert len(house.platform.shown) == len(house.predictor.asked) == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (ChatSettings(enabled=False), SkipReason.CHAT_DISABLED),
        (ChatSettings(chance=0.0), SkipReason.SAMPLED_OUT),
        (ChatSettings(emoji_allow=frozenset()), SkipReason.NO_ALLOWED_EMOJI),
    ],
)
async def test_what_is_not_scored_is_not_recorded(
    house: Setup, settings: ChatSettings, reason: SkipReason
) -> None:
    house.store.chat_settings.value = settings
    assert await house.skip(message()) is reason
    assert not house.predictor.asked
    assert not house.store.outcomes.rows


async def test_an_opted_out_author_is_neither_read_nor_recorded(house: Setup) -> None:
    await house.service.member_requests.opt_out("console", ANNA)
    assert await house.skip(message(addressed=True)) is SkipReason.OPTED_OUT
    assert not house.predictor.asked
    assert not house.store.outcomes.rows
    await house.service.member_requests.opt_in("console", ANNA)
    assert await house.skip(message(number="2")) is None


async def test_cooldown_and_cap_count_answers_only(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(cooldown_seconds=5.0, max_per_minute=2)
    house.predictor.predictions = [Prediction("😂", 0.1)]
    assert await house.skip(message(number="1")) is SkipReason.BELOW_THRESHOLD
    house.predictor.predictions = [Prediction("😂", 0.9)]
    assert await house.skip(message(number="2")) is None
    house.now += 4.9
    assert await house.skip(message(number="3")) is SkipReason.COOLDOWN
    assert await house.skip(message(number="4", addressed=True)) is None
    house.now += 5.0
    assert await house.skip(message(number="5")) is SkipReason.RATE_LIMIT
    house.now += 60.0
    assert await house.skip(message(number="6")) is None


async def test_messages_at_the_same_moment_share_one_cap(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(max_per_minute=3)
    skips = await asyncio.gather(*(house.skip(message(number=str(n))) for n in range(10)))
    assert skips.count(None) == len(house.platform.shown) == 3
    assert set(skips) == {None, SkipReason.RATE_LIMIT}


async def test_chats_do_not_share_a_cooldown(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(cooldown_seconds=60.0)
    assert await house.skip(message()) is None
    assert await house.skip(replace(message(), ref=ref("1", "elsewhere"))) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], SkipReason.NO_PREDICTION),
        ([Prediction("😂", 0.1)], SkipReason.BELOW_THRESHOLD),
        ([Prediction("🖕", 0.9)], SkipReason.NO_ALLOWED_EMOJI),
    ],
)
async def test_silence_after_scoring_is_recorded(
    house: Setup, answer: list[Prediction], reason: SkipReason
) -> None:
    house.predictor.predictions = answer
    assert await house.skip(message()) is reason
    assert house.store.outcomes.rows[ref()][1].skip_reason is reason
    assert not house.platform.shown


async def test_the_predictor_sees_only_what_may_be_shown(house: Setup) -> None:
    given = replace(message(), candidates=frozenset({"😂", "💩", "🔥"}))
    await house.skip(given)
    assert house.predictor.asked[0][2] == {"😂", "🔥"}


@pytest.mark.parametrize(
    ("error", "refusal", "failures"),
    [(PlatformRefused("forbidden"), "forbidden", 0), (RuntimeError("so funny"), "error", 1)],
)
async def test_a_refused_reaction_is_recorded_as_such(
    house: Setup, error: Exception, refusal: str, failures: int
) -> None:
    house.platform.error = error
    outcome = await house.service.on_message(message(), house.platform)
    assert (outcome.shown, outcome.skip_reason, outcome.refusal) == (
        (),
        SkipReason.REFUSED,
        refusal,
    )
    assert house.store.outcomes.rows[ref()][1] == outcome
    assert house.service.failures["platform"] == failures
    assert house.service.refusals.total() == 1 - failures


@pytest.mark.parametrize(
    ("error", "reason", "failures"),
    [
        (Overloaded("full"), SkipReason.OVERLOADED, 0),
        (ValueError("so funny"), SkipReason.FAILED, 1),
    ],
)
async def test_a_failing_predictor_is_silence(
    house: Setup,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: SkipReason,
    failures: int,
) -> None:
    house.predictor.error = error
    with caplog.at_level(logging.DEBUG):
        assert await house.skip(message()) is reason
    assert house.service.failures["predictor"] == failures == len(caplog.records)
    assert "so funny" not in caplog.text
    assert not house.store.outcomes.rows


@pytest.mark.parametrize("method", ["chat_settings.get", "members.is_opted_out"])
async def test_a_store_that_cannot_tell_the_rules_means_silence(house: Setup, method: str) -> None:
    house.store.failing = {method}
    assert await house.skip(message()) is SkipReason.FAILED
    assert not house.predictor.asked
    assert house.service.failures["store"] == 1


async def test_a_store_that_cannot_record_does_not_stop_the_answer(
    house: Setup, caplog: pytest.LogCaptureFixture
) -> None:
    house.store.failing = {"outcomes.record", "feedback.add", "outcomes.delete"}
    assert await house.skip(message()) is None
    assert house.platform.shown
    assert await house.service.on_feedback(make_feedback()) is FeedbackResult.STORE_FAILED
    await house.service.on_deletion(ref())
    assert house.service.failures["store"] == 3
    assert "the store failed: disk full" in caplog.text
    assert "so funny" not in caplog.text


async def test_feedback_reaches_the_store(house: Setup) -> None:
    await house.skip(message())
    assert await house.service.on_feedback(make_feedback()) is FeedbackResult.RECORDED
    unknown = await house.service.on_feedback(make_feedback("unknown"))
    assert unknown is FeedbackResult.UNKNOWN_MESSAGE
    assert list(house.store.feedback.rows.values()) == [make_feedback()]
    assert house.service.dropped == {"unknown_message": 1}


async def test_an_opted_out_actor_can_only_take_back(house: Setup) -> None:
    await house.skip(message())
    await house.service.member_requests.opt_out("console", BEN)
    assert await house.service.on_feedback(make_feedback()) is FeedbackResult.OPTED_OUT
    withdrawn = await house.service.on_feedback(make_feedback(withdrawn=True))
    assert withdrawn is FeedbackResult.RECORDED
    assert not house.store.feedback.rows
    assert house.service.dropped == {"opted_out": 1}


class HastyPlatform(RecordingPlatform):
    """People who answer, delete or leave while the bot's reaction is still being recorded."""

    def __init__(self, house: Setup) -> None:
        super().__init__()
        self.house = house
        self.said: asyncio.Task[FeedbackResult] | None = None
        self.deleted: asyncio.Task[None] | None = None
        self.forgotten: asyncio.Task[int] | None = None

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        self.said = asyncio.create_task(self.house.service.on_feedback(make_feedback()))
        self.deleted = asyncio.create_task(self.house.service.on_deletion(ref))
        self.forgotten = asyncio.create_task(
            self.house.service.member_requests.forget("console", ANNA)
        )
        await asyncio.wait([self.said, self.deleted, self.forgotten], timeout=0)


async def test_what_comes_before_the_row_waits_for_it(house: Setup) -> None:
    hasty = HastyPlatform(house)
    await house.service.on_message(message(), hasty)
    assert hasty.said is not None
    assert hasty.deleted is not None
    assert hasty.forgotten is not None
    assert await hasty.said is FeedbackResult.RECORDED
    await hasty.deleted
    await hasty.forgotten
    assert not house.store.outcomes.rows


async def test_a_cancelled_message_leaves_nobody_waiting(house: Setup) -> None:
    class Hanging(RecordingPlatform):
        async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(house.service.on_message(message(), Hanging()))
    await asyncio.wait([task], timeout=0)
    waiting = asyncio.create_task(house.service.on_feedback(make_feedback()))
    await asyncio.wait([waiting], timeout=0)
    task.cancel()
    assert await waiting is FeedbackResult.RECORDED  # the row came before the answer


async def test_forget_counts(house: Setup) -> None:
    await house.skip(message())
    assert await house.service.member_requests.forget("console", BEN) == 0
    assert await house.service.member_requests.forget("console", ANNA) == 1


@pytest.mark.parametrize("method", ["members.erase", "members.set_opted_out"])
async def test_a_members_wish_that_was_not_stored_is_told(house: Setup, method: str) -> None:
    house.store.failing = {method}
    wish = (
        house.service.member_requests.forget
        if method == "members.erase"
        else house.service.member_requests.opt_out
    )
    with pytest.raises(StoreFailed, match="try again"):
        await wish("console", ANNA)
    assert house.service.failures["store"] == 1


async def test_a_message_that_another_process_took_is_left_to_it(house: Setup) -> None:
    assert await house.store.outcomes.record(message(), Outcome(ref()))
    assert await house.skip(message()) is SkipReason.DUPLICATE
    assert not house.platform.shown


async def test_the_row_is_written_before_anything_is_shown(house: Setup) -> None:
    class Curious(RecordingPlatform):
        async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
            assert house.store.outcomes.rows[ref][1].shown == tuple(emojis)
            await super().react(ref, emojis)

    curious = Curious()
    await house.service.on_message(message(), curious)
    assert curious.shown


async def test_replies_offer_the_five(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(mode=Mode.REPLY)
    outcome = await house.service.on_message(message(), house.platform)
    assert outcome.shown == ("😂", "🔥")
    assert house.platform.offered == [(ref(), ("😂", "🔥"))]
    assert not house.platform.shown


async def test_an_opted_out_member_who_asks_is_answered_and_not_recorded(house: Setup) -> None:
    house.store.members.opted_out = {("console", ANNA)}
    outcome = await house.service.on_message(replace(message(), requested=True), house.platform)
    assert outcome.shown == ("😂", "🔥")
    assert house.platform.offered
    assert not house.store.outcomes.rows


async def test_asking_takes_nothing_from_the_chats_pace(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(max_per_minute=1)
    await house.service.on_message(replace(message(number="1"), requested=True), house.platform)
    assert await house.skip(message(number="2")) is None


async def test_what_was_refused_was_not_shown(house: Setup) -> None:
    house.platform.error = PlatformRefused("forbidden")
    await house.skip(message())
    answer = await house.service.recorded_outcome(ref())
    assert answer is not None
    assert (answer.outcome.shown, answer.outcome.refusal) == ((), "forbidden")
    assert await house.service.shown_emojis(ref()) == ()


async def test_what_a_community_likes_reaches_the_predictor(house: Setup) -> None:
    await house.skip(message(number="1"))
    house.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    await house.service.on_feedback(make_feedback())
    await house.skip(message(number="2"))
    before, after = house.predictor.biases
    assert not before
    assert after["😂"] < -1
    assert (await house.service.member_requests.preferences(ref())).bias == after


async def test_what_has_not_settled_lets_neighbours_change_places(house: Setup) -> None:
    house.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    house.store.preferences.confirmed["console", "home"] = {}
    assert await house.skip(message()) is None
    assert house.predictor.biases == [{}]
    assert house.platform.shown == [(ref(), ("🔥",))]


PARROT = ":party_parrot:"
ALLOWED = replace(message(), candidates=frozenset({"😂", PARROT}), may_store_text=True)


@pytest.fixture
def taught(house: Setup) -> Setup:
    """Members chose a custom emoji on texts that are kept."""
    chosen = [CustomEmojiChoice(EmojiChoice("we won", PARROT), MemberKey(str(n))) for n in range(3)]
    house.store.consented_texts.stored["console", "home"] = chosen
    return house


@pytest.mark.parametrize("wish", ["revoke", "forget", "opt_out"])
async def test_what_a_custom_emoji_is_for_reaches_the_predictor_until_texts_go(
    taught: Setup, wish: str
) -> None:
    wishes = taught.service.member_requests
    assert await taught.skip(ALLOWED) is None
    if wish == "revoke":
        await wishes.consent("console", ANNA, None)
    else:
        await getattr(wishes, wish)("console", ANNA)
    taught.store.consented_texts.stored.clear()
    asking = replace(ALLOWED, ref=ref("2"), author=BEN)  # Anna may have opted out
    assert await taught.skip(asking) is None
    assert [set(moves) for moves in taught.predictor.offsets] == [{PARROT}, set()]


async def test_an_answer_comes_without_what_cannot_be_learnt(
    taught: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught.store.failing = {"consented_texts.choices"}
    assert await taught.skip(ALLOWED) is None
    assert taught.service.failures == {"store": 1}
    taught.store.failing = set()

    async def broken(choices: Sequence[EmojiChoice]) -> dict[str, EmbeddingOffset]:
        raise RuntimeError("cannot read this")

    monkeypatch.setattr(taught.predictor, "embedding_offsets", broken)
    assert await taught.skip(replace(ALLOWED, ref=ref("2"))) is None
    assert taught.service.failures == {"store": 1, "predictor": 1}


async def test_a_promotion_while_rows_are_learnt_is_named_by_the_answer(
    taught: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = taught.predictor.embedding_offsets

    async def promoted(choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        taught.predictor.version = "echo-2"
        return await learn(choices)

    monkeypatch.setattr(taught.predictor, "embedding_offsets", promoted)
    outcome = await taught.service.on_message(ALLOWED, taught.platform)
    assert outcome.artifact_version == "echo-2"
    assert taught.predictor.offsets == [{}]  # the rows are the other one's


async def test_preferences_can_be_exported_reset_and_imported(house: Setup) -> None:
    house.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    liked = await house.service.member_requests.preferences(ref())
    document = await house.service.member_requests.export_preferences(ref())
    await house.service.member_requests.reset_preferences(ref())
    assert not (await house.service.member_requests.preferences(ref())).bias
    with pytest.raises(PreferenceFileError):
        await house.service.member_requests.import_preferences(
            ref(), {**document, "format": "another"}
        )
    await house.service.member_requests.import_preferences(ref(community="abroad"), document)
    assert (
        await house.service.member_requests.preferences(ref(community="abroad"))
    ).bias == liked.bias
    assert not (await house.service.member_requests.preferences(ref())).bias


async def test_a_prior_that_cannot_be_fitted_is_no_misfortune(house: Setup) -> None:
    await house.service.refit_preference_prior()
    house.store.failing = {"preferences.recent_counts"}
    await house.service.refit_preference_prior()
    assert house.service.failures == {"store": 1}


async def test_without_the_counts_the_model_speaks_alone(house: Setup) -> None:
    house.store.failing = {"preferences.counts", "preferences.replace_counts"}
    assert await house.skip(message()) is None
    assert house.predictor.biases == [{}]
    assert house.service.failures == {"store": 1}
    wishes = house.service.member_requests
    for wish in (wishes.preferences, wishes.reset_preferences, wishes.export_preferences):
        with pytest.raises(StoreFailed):
            await wish(ref())


async def test_a_suggestion_follows_the_settings_and_leaves_nothing(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(enabled=False, emoji_deny=frozenset({"😂"}))
    assert [p.emoji for p in await house.service.suggest(ref(), "so funny")] == ["🔥"]
    assert (house.store.outcomes.rows, house.platform.shown) == ({}, [])
    house.store.failing = {"chat_settings.get"}
    assert await house.service.suggest(ref(), "so funny") == ()
    house.store.failing = set()
    house.predictor.error = Overloaded("full")
    assert await house.service.suggest(ref(), "so funny") == ()


async def test_all_reactions_replace_the_earlier_ones(house: Setup) -> None:
    await house.service.on_message(message(), house.platform)
    reactions = ReactionFeedback(house.service)

    async def choose(*emojis: str, on: str = "1") -> FeedbackResult:
        chosen = [ChosenEmoji(emoji) for emoji in emojis]
        return await reactions.on_all_reactions(ref(on), BEN, chosen, FeedbackSource.BUTTON)

    assert await choose("😂") is FeedbackResult.RECORDED
    assert await choose("🔥", "👎") is FeedbackResult.RECORDED
    stored = [(w.kind, w.emoji) for w in house.store.feedback.rows.values()]
    assert stored == [(FeedbackKind.CORRECT, "🔥"), (FeedbackKind.DISLIKE, None)]
    assert await choose("😂", on="unknown") is FeedbackResult.UNKNOWN_MESSAGE
    house.store.members.opted_out.add(("console", BEN))
    assert await choose("😂") is FeedbackResult.OPTED_OUT
    assert await choose() is FeedbackResult.RECORDED
    assert not house.store.feedback.rows
    house.store.failing = {"feedback.replace"}
    assert await choose() is FeedbackResult.STORE_FAILED
    house.store.failing = {"outcomes.find"}
    assert await choose() is FeedbackResult.STORE_FAILED


async def test_a_reaction_says_as_which_kind_it_was_taken(house: Setup) -> None:
    await house.service.on_message(message(), house.platform)
    reactions = ReactionFeedback(house.service)
    for emoji, kind in (
        ("😂", FeedbackKind.AGREE),
        ("🔥", FeedbackKind.CORRECT),
        ("👎", FeedbackKind.DISLIKE),
    ):
        taken = await reactions.on_reaction(ref(), BEN, ChosenEmoji(emoji), withdrawn=False)
        assert taken == ReactionResult(FeedbackResult.RECORDED, kind)
    house.store.members.opted_out.add(("console", BEN))
    refused = await reactions.on_reaction(ref(), BEN, ChosenEmoji("😂"), withdrawn=False)
    assert refused == ReactionResult(FeedbackResult.OPTED_OUT, FeedbackKind.AGREE)
    house.store.failing = {"outcomes.find"}
    failed = await reactions.on_reaction(ref(), BEN, ChosenEmoji("😂"), withdrawn=False)
    assert failed == ReactionResult(FeedbackResult.STORE_FAILED)


@pytest.mark.parametrize("result", [r for r in FeedbackResult if r is not FeedbackResult.RECORDED])
def test_each_rejection_is_explained(result: FeedbackResult) -> None:
    assert explain_rejection(result, "en")


async def test_reactions_on_messages_without_an_emoji_are_only_counted(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(confidence_threshold=0.99)
    assert await house.skip(message()) is SkipReason.BELOW_THRESHOLD
    reactions = ReactionFeedback(house.service)

    async def react(emoji: str, on: str = "1", *, withdrawn: bool = False) -> FeedbackResult:
        return (
            await reactions.on_reaction(ref(on), BEN, ChosenEmoji(emoji), withdrawn=withdrawn)
        ).result

    assert await react("🔥") is FeedbackResult.NOTHING_SHOWN
    assert await react("🔥", withdrawn=True) is FeedbackResult.NOTHING_SHOWN
    assert await react("🔥", on="unknown") is FeedbackResult.UNKNOWN_MESSAGE
    assert house.store.unprompted.counted == [(ref(), BEN, "🔥")]
    house.store.members.opted_out.add(("console", BEN))
    await react("😂")
    house.store.members.opted_out.clear()
    house.store.failing = {"unprompted.count"}
    await react("😂")
    assert len(house.store.unprompted.counted) == 1
    assert not house.store.feedback.rows
    assert house.service.failures == {"store": 1}


async def test_a_use_counts_at_the_next_message(house: Setup) -> None:
    house.store.chat_settings.value = ChatSettings(confidence_threshold=0.99)
    await house.skip(message(number="1"))
    house.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    for number in range(QUORUM):
        member = MemberKey(str(number))
        await ReactionFeedback(house.service).on_reaction(
            ref("1"), member, ChosenEmoji("🔥"), withdrawn=False
        )
    await house.skip(message(number="2"))
    assert house.predictor.biases[1]["😂"] < -1


LIVELY = {"😂": Counts(shown=40, expected_kept=20, agreed=30)}


async def test_a_second_choice_is_tried_now_and_then(house: Setup) -> None:
    house.store.preferences.pending["console", "home"] = LIVELY
    house.predictor.predictions = [Prediction("😂", 0.6), Prediction("🎉", 0.3)]
    house.draws = iter([-5.0, 5.0] * 3)
    house.luck = 0.94
    assert (await house.service.on_message(message(number="1"), house.platform)).shown == ("😂",)
    house.luck = 0.96
    tried = await house.service.on_message(message(number="2"), house.platform)
    assert tried.shown == ("🎉",)
    assert [p.emoji for p in tried.predictions] == ["😂", "🎉"]
    house.store.chat_settings.value = ChatSettings(exploration_rate=0.0)
    assert (await house.service.on_message(message(number="3"), house.platform)).shown == ("😂",)


async def test_no_second_choice_on_a_grave_text(house: Setup) -> None:
    house.store.preferences.pending["console", "home"] = LIVELY
    house.predictor.predictions = [Prediction("😢", 0.6), Prediction("😂", 0.3)]
    house.draws, house.luck = iter([-5.0, 5.0]), 0.99
    assert (await house.service.on_message(message(), house.platform)).shown == ("😢",)


async def test_where_reactions_are_removed_the_bot_grows_quiet(house: Setup) -> None:
    house.store.preferences.pending["console", "home"] = {
        "🎉": Counts(shown=80, expected_kept=40, removed=78)
    }
    outcome = await house.service.on_message(message(), house.platform)
    assert outcome.skip_reason is SkipReason.BELOW_THRESHOLD
    assert (outcome.confidence_threshold or 0) > 0.7
    house.store.chat_settings.value = ChatSettings(confidence_threshold=0.2)
    assert await house.skip(message(number="2")) is None
    house.store.chat_settings.value = ChatSettings(target_acceptance=None)
    assert await house.skip(message(number="3")) is None
