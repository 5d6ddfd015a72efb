"""The contract of ``bot.core.ports.Store``: in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    Outcome,
    SkipReason,
)
from bot.core.ports import MemberStatus, Store
from bot.core.preferences.counts import OUTSIDE_TOP_K, QUORUM, Counts
from bot.core.rules.rule import Rule
from bot.database.store import SqlStore
from model import Prediction
from model.emoji import ChosenEmoji
from tests.core.fakes import ANNA, BEN, MOMENT, make_feedback, message, ref
from tests.core.memory_store import MemoryStore

SHOWN = Outcome(
    ref(),
    predictions=(Prediction("😂", 0.6), Prediction("🔥", 0.3)),
    shown=("😂",),
    artifact_version="tiny-1",
    confidence_threshold=0.2,
)
SILENT = replace(SHOWN, shown=(), skip_reason=SkipReason.BELOW_THRESHOLD)
DISCORD = replace(ref(), platform="discord")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    fixture = "engine" if request.param == "sqlite" else "postgres_engine"
    return SqlStore(request.getfixturevalue(fixture))


async def record(
    store: Store, number: str = "1", outcome: Outcome = SHOWN, by: MemberKey = ANNA
) -> IncomingMessage:
    given = replace(message(number=number), author=by)
    assert await store.outcomes.record(given, replace(outcome, ref=given.ref))
    return given


async def test_a_recorded_outcome_is_found_again(any_store: Store) -> None:
    before = datetime.now(UTC)
    await record(any_store)
    found = await any_store.outcomes.find(ref())
    assert found is not None
    assert found.outcome == SHOWN
    assert before <= found.recorded_at <= datetime.now(UTC)
    for unknown in (ref("2"), ref("1", chat="elsewhere"), DISCORD):
        assert await any_store.outcomes.find(unknown) is None


async def test_the_first_outcome_of_a_message_stays(any_store: Store) -> None:
    await record(any_store)
    assert not await any_store.outcomes.record(message(), SILENT)
    found = await any_store.outcomes.find(ref())
    assert found is not None
    assert found.outcome == SHOWN


async def test_a_refused_outcome_was_not_shown(any_store: Store) -> None:
    await record(any_store)
    await any_store.outcomes.record_refusal(ref(), "forbidden")
    await any_store.outcomes.record_refusal(ref("unknown"), "forbidden")
    found = await any_store.outcomes.find(ref())
    assert found is not None
    refused = replace(SHOWN, shown=(), skip_reason=SkipReason.REFUSED, refusal="forbidden")
    assert found.outcome == refused


async def test_a_deleted_outcome_takes_no_feedback(any_store: Store) -> None:
    await record(any_store)
    await any_store.feedback.add(make_feedback())
    await any_store.outcomes.delete(ref())
    await any_store.outcomes.delete(ref("unknown"))
    assert await any_store.outcomes.find(ref()) is None
    assert await any_store.feedback.add(make_feedback()) is FeedbackResult.UNKNOWN_MESSAGE
    assert await any_store.members.erase("console", BEN) == 0


async def test_feedback_is_stored_once_and_withdrawn(any_store: Store) -> None:
    await record(any_store)
    for given in (
        make_feedback(),
        make_feedback(),
        make_feedback(withdrawn=True),
        make_feedback(withdrawn=True),
    ):
        assert await any_store.feedback.add(given) is FeedbackResult.RECORDED
    assert await any_store.members.erase("console", BEN) == 0
    await any_store.feedback.add(make_feedback())
    await any_store.feedback.add(make_feedback())
    assert await any_store.members.erase("console", BEN) == 1


async def test_a_burst_reaction_and_another_source_are_withdrawn_apart(any_store: Store) -> None:
    await record(any_store)
    burst = replace(make_feedback(), source=FeedbackSource.BURST)
    for first, second in ((burst, make_feedback()), (make_feedback(), burst)):
        await any_store.feedback.add(replace(first, withdrawn=True))  # it was never there
        await any_store.feedback.add(second)
        await any_store.feedback.add(first)
        await any_store.feedback.add(replace(first, withdrawn=True))
        await any_store.feedback.add(replace(first, withdrawn=True))
        assert await any_store.members.erase("console", BEN) == 1
        await any_store.feedback.add(first)
        await any_store.feedback.add(second)
        for withdrawn in (first, second):
            await any_store.feedback.add(replace(withdrawn, withdrawn=True))
        assert await any_store.members.erase("console", BEN) == 0


async def test_feedback_on_an_unknown_message_is_not_stored(any_store: Store) -> None:
    unknown = FeedbackResult.UNKNOWN_MESSAGE
    assert await any_store.feedback.add(make_feedback("2")) is unknown
    assert await any_store.feedback.replace(ref("2"), BEN, FeedbackSource.BUTTON, []) is unknown


async def test_an_opted_out_actor_can_only_withdraw(any_store: Store) -> None:
    await record(any_store)
    await any_store.members.set_opted_out("console", BEN, True)
    replaced = [replace(make_feedback(), source=FeedbackSource.BUTTON)]
    replace_all = any_store.feedback.replace
    assert await any_store.feedback.add(make_feedback()) is FeedbackResult.OPTED_OUT
    assert await any_store.feedback.add(make_feedback("2")) is FeedbackResult.OPTED_OUT
    assert await any_store.feedback.add(make_feedback(withdrawn=True)) is FeedbackResult.RECORDED
    result = await replace_all(ref(), BEN, FeedbackSource.BUTTON, replaced)
    assert result is FeedbackResult.OPTED_OUT
    assert await replace_all(ref(), BEN, FeedbackSource.BUTTON, []) is FeedbackResult.RECORDED


async def test_the_last_update_wins_in_whatever_order_they_come(any_store: Store) -> None:
    await record(any_store)
    other = MemberKey("c" * 32)

    async def apply(number: int, *emojis: str, by: MemberKey = BEN) -> None:
        given = [make_feedback(emoji=emoji, actor=by) for emoji in emojis]
        result = await any_store.feedback.replace(ref(), by, FeedbackSource.REACTION, given, number)
        assert result is FeedbackResult.RECORDED

    async def stored(by: MemberKey = BEN) -> int:
        return await any_store.members.erase("console", by)

    await apply(8)
    await apply(7, "😂")  # taken back by update 8
    assert await stored() == 0
    await apply(12, "🎉")
    await apply(12, "🎉")  # again, after a crash
    await apply(9, "😂", "🔥")
    assert await stored() == 1
    await apply(13, "🎉")
    await apply(14)
    assert await stored() == 0
    await apply(7, "😂", by=other)
    assert await stored(other) == 1


async def test_replaced_feedback_is_all_of_its_source(any_store: Store) -> None:
    await record(any_store)
    source = FeedbackSource.BUTTON

    async def choose(*emojis: str) -> None:
        chosen = [
            Feedback(ref(), BEN, FeedbackKind.CORRECT, ChosenEmoji(emoji), source, MOMENT)
            for emoji in emojis
        ]
        result = await any_store.feedback.replace(ref(), BEN, source, chosen)
        assert result is FeedbackResult.RECORDED

    await any_store.feedback.add(make_feedback())  # another source
    await any_store.feedback.add(replace(make_feedback(actor=ANNA), source=source))  # another actor
    await choose("🔥", "❤")
    await choose("🔥")
    assert await any_store.members.erase("console", BEN) == 2
    await choose("🔥")
    await choose()
    assert await any_store.members.erase("console", BEN) == 0


async def test_an_opt_out_holds_on_its_platform_and_erases(any_store: Store) -> None:
    given = await record(any_store)
    assert await any_store.members.status(given) == MemberStatus(ChatSettings(), False)
    await any_store.members.set_opted_out("console", ANNA, True)
    await any_store.members.set_opted_out("console", ANNA, True)
    assert await any_store.members.is_opted_out("console", ANNA)
    assert await any_store.members.status(given) == MemberStatus(ChatSettings(), True)
    assert not await any_store.members.is_opted_out("discord", ANNA)
    assert not await any_store.members.is_opted_out("console", BEN)
    assert await any_store.outcomes.find(ref()) is None
    for _ in range(2):
        await any_store.members.set_opted_out("console", ANNA, False)
        assert not await any_store.members.is_opted_out("console", ANNA)


async def test_erasure_counts_outcomes_feedback_and_consent(any_store: Store) -> None:
    await record(any_store, "1")
    await record(any_store, "2", by=BEN)
    for actor in (ANNA, BEN):
        await any_store.feedback.add(make_feedback("1", actor=actor))
        await any_store.feedback.add(make_feedback("2", actor=actor))
        await any_store.members.set_consent("console", actor, "1")
    # Own outcome, two of feedback on it, own feedback on the other outcome, consent.
    assert await any_store.members.erase("console", ANNA) == 5
    assert await any_store.members.erase("console", ANNA) == 0
    assert await any_store.members.erase("discord", BEN) == 0
    assert await any_store.outcomes.find(ref("2")) is not None
    assert await any_store.members.consent_version("console", ANNA) is None
    assert await any_store.members.consent_version("console", BEN) == "1"


async def test_the_latest_consent_holds_until_it_is_revoked(any_store: Store) -> None:
    members = any_store.members
    assert await members.consent_version("console", ANNA) is None
    for version in ("1", "2", "1", None):
        await members.set_consent("console", ANNA, version)
        assert await members.consent_version("console", ANNA) == version
        assert await members.consent_version("discord", ANNA) is None


async def test_member_data_names_its_member(any_store: Store) -> None:
    data = await any_store.members.data("console", ANNA)
    assert (data["platform"], data["member"]) == ("console", ANNA)


async def test_settings_are_the_defaults_at_first(any_store: Store) -> None:
    assert await any_store.chat_settings.get(ref()) == ChatSettings()
    assert await any_store.chat_settings.get(ref(), "parent") == ChatSettings()


async def test_replaced_counts_are_confirmed_and_listed_as_changes(any_store: Store) -> None:
    preferences, now = any_store.preferences, datetime.now(UTC)
    assert (await preferences.counts(ref(), now)).pending == {}
    counts = {"😂": Counts(shown=4, expected_kept=2, removed=1)}
    await preferences.replace_counts(ref(), {"🔥": Counts(agreed=1)}, now)
    await preferences.replace_counts(ref(), counts, now)
    stored = await preferences.counts(ref(), now)
    assert stored.pending == stored.confirmed
    assert set(stored.pending) == {"😂", OUTSIDE_TOP_K}
    assert stored.pending["😂"].as_tuple() == pytest.approx(counts["😂"].as_tuple())
    assert (await preferences.counts(DISCORD, now)).pending == {}
    assert await preferences.changes(now) == {("console", "home"): now}
    assert await preferences.changes(now + timedelta(seconds=1)) == {}


async def test_recent_counts_are_those_of_the_latest_changes(any_store: Store) -> None:
    preferences, now = any_store.preferences, datetime.now(UTC)
    assert await preferences.recent_counts(2, now) == []
    emojis = {"a": "😂", "b": "🔥", "c": "😭"}
    for age, (community, emoji) in enumerate(emojis.items()):
        counts = {emoji: Counts(shown=1.0)}
        at = now - timedelta(hours=age)
        await preferences.replace_counts(ref(community=community), counts, at)
    recent = await preferences.recent_counts(2, now)
    assert sorted(emoji for counts in recent for emoji in counts if emoji) == ["🔥", "😂"]


async def test_unprompted_emojis_change_preferences_by_a_quorum(any_store: Store) -> None:
    await record(any_store, "1", SILENT)
    await record(any_store, "2")
    members = [MemberKey(f"{number:032x}") for number in range(QUORUM)]
    changed = [
        await any_store.unprompted.count(ref(on), member, ChosenEmoji("🔥"), datetime.now(UTC))
        for on in ("1", "2", "unknown")
        for member in members
    ]
    assert changed == [False] * (QUORUM - 1) + [True] + [False] * 2 * QUORUM
    assert not await any_store.unprompted.count(
        ref("1"), members[0], ChosenEmoji("🔥"), datetime.now(UTC)
    )


async def test_there_are_no_choices_without_stored_texts(any_store: Store) -> None:
    await record(any_store)
    await any_store.feedback.add(make_feedback())
    assert list(await any_store.consented_texts.choices(ref(), 10)) == []


RULES = [
    Rule("gm", ("☕",), number=1),
    Rule("/^gn/", (":zzz:",), 0.5, frozenset("1"), frozenset("2")),
]


async def test_rules_keep_their_numbers_and_change_the_version(any_store: Store) -> None:
    async def version() -> int:
        return (await any_store.members.status(message())).rules_version

    rules = any_store.rules
    assert (await rules.rules(ref()), await version()) == ([], 0)
    added = [await rules.add(ref(), replace(each, number=0)) for each in RULES]
    assert added == [RULES[0], replace(RULES[1], number=2)] == await rules.rules(ref("2", "other"))
    assert await rules.rules(ref(community="abroad")) == await rules.rules(DISCORD) == []
    before = await version()
    assert await rules.remove(ref(), 1)
    assert not await rules.remove(ref(), 1)
    assert await version() > before
    assert (await rules.add(ref(), RULES[0])).number == 3
    before = await version()
    await rules.replace(ref(), RULES[::-1])
    assert [each.number for each in await rules.rules(ref())] == [1, 2]
    assert await version() > before
    await rules.replace(ref(), [])
    assert await rules.rules(ref()) == []


async def test_the_rule_of_an_outcome_is_found_again(any_store: Store) -> None:
    by_rule = replace(SHOWN, shown=("☕",), rule="gm")
    await record(any_store, outcome=by_rule)
    found = await any_store.outcomes.find(ref())
    assert found is not None
    assert found.outcome == by_rule


async def test_feedback_on_a_rule_is_stored_and_counts_for_nothing(any_store: Store) -> None:
    await record(any_store, outcome=replace(SHOWN, shown=("☕",), rule="gm"))
    remove = make_feedback(kind=FeedbackKind.REMOVE, emoji="☕")
    for given in (make_feedback(emoji="☕"), remove, make_feedback(kind=FeedbackKind.DISLIKE)):
        assert await any_store.feedback.add(given) is FeedbackResult.RECORDED
    await any_store.feedback.add(replace(remove, withdrawn=True))
    counts = await any_store.preferences.counts(ref(), datetime.now(UTC))
    assert not any(any(each.as_tuple()) for each in counts.pending.values())
    assert await any_store.members.erase("console", BEN) == 2
    assert await any_store.members.erase("console", ANNA) == 1
    counts = await any_store.preferences.counts(ref(), datetime.now(UTC))
    assert not any(any(each.as_tuple()) for each in counts.pending.values())
