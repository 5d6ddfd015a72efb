"""The counts behind a taste: what adds to them, who, how much, and that none gets lost."""

import asyncio
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, FeedbackSource, MemberKey
from bot.core.preferences.counts import (
    HALF_LIFE,
    MAX_PAST_SHOWINGS,
    MAX_VOTES_PER_DAY,
    OUTSIDE_TOP_K,
    QUORUM,
    Counts,
    shown_weight,
)
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import daily_vote, feedback, prediction, preference_count
from model import Prediction
from tests.core.fakes import ANNA, BEN, MOMENT, make_feedback, message, ref
from tests.database.rows import OUTCOME, count, record

ROOT = Path(__file__).parents[3]


async def counts(store: SqlStore, emoji: str = "😂", days: float = 0.0) -> Counts:
    return (await said(store, days)).get(emoji, Counts())


async def said(store: SqlStore, days: float = 0.0) -> Mapping[str, Counts]:
    return (await store.preferences.counts(ref(), MOMENT + timedelta(days=days))).pending


def member(number: int) -> MemberKey:
    return MemberKey(f"{number:032x}")


async def test_an_answer_counts_with_the_models_own_score(store: SqlStore) -> None:
    liked = replace(OUTCOME, predictions=(Prediction("😂", 0.9, 0.5), Prediction("🔥", 0.1, 0.4)))
    await record(store, "1", liked)
    await record(store, "1", liked)
    answer = await store.outcomes.find(ref())
    assert answer is not None
    known = (await store.preferences.counts(ref(), answer.recorded_at)).pending["😂"]
    assert known.as_tuple() == pytest.approx(Counts(shown=1, expected_kept=0.5).as_tuple())


async def test_an_offer_and_a_refusal_count_as_nothing_shown(store: SqlStore) -> None:
    await record(store, "1", replace(OUTCOME, as_buttons=True))
    await record(store, "2")
    await store.outcomes.record_refusal(ref("2"), "forbidden")
    assert (await counts(store)).shown == pytest.approx(0, abs=1e-9)


async def test_what_the_same_member_takes_away_every_time_does_not_count_as_kept(
    store: SqlStore,
) -> None:
    await record(store, "0")
    first = await store.outcomes.find(ref("0"))
    assert first is not None
    for n in range(QUORUM):  # so that one member settles nothing today
        early = make_feedback("0", FeedbackKind.CORRECT, "💀", actor=member(n))
        await store.feedback.add(replace(early, at=first.recorded_at - timedelta(days=1)))
    for i in range(1, 9):
        await record(store, str(i))
        taken = replace(make_feedback(str(i), FeedbackKind.REMOVE), at=first.recorded_at)
        await store.feedback.add(taken)
        await store.feedback.add(taken)
    tally = await store.preferences.counts(ref(), first.recorded_at)
    known, settled = tally.pending["😂"], tally.confirmed["😂"]
    assert 1 < known.removed < 2
    assert settled.removed == 0
    assert known.shown - 1 == pytest.approx(known.removed, abs=0.01)
    assert settled.shown == pytest.approx(1, abs=0.02)
    await store.feedback.add(replace(taken, withdrawn=True))
    back = (await store.preferences.counts(ref(), first.recorded_at)).pending["😂"]
    assert back.shown == pytest.approx(known.shown + shown_weight(8), abs=0.02)


async def now(store: SqlStore, number: str = "0") -> datetime:
    """When a message was recorded."""
    answer = await store.outcomes.find(ref(number))
    assert answer is not None
    return answer.recorded_at


async def counted(store: SqlStore, emoji: str = "😂") -> Counts:
    """What is counted of an emoji, faded to when the first message was recorded."""
    moment = await now(store)
    return (await store.preferences.counts(ref(), moment)).pending[emoji]


async def taken(store: SqlStore, numbers: Iterable[int]) -> None:
    """Answers to Anna, each taken away by her."""
    for number in map(str, numbers):
        await record(store, number)
        given = make_feedback(number, FeedbackKind.REMOVE, actor=ANNA)
        await store.feedback.add(replace(given, at=await now(store, number)))


async def test_what_is_shown_to_one_member_weighs_less_and_less(store: SqlStore) -> None:
    for number in range(200):
        await record(store, str(number))
    flooded = (await counted(store)).shown
    assert flooded == pytest.approx(
        sum(shown_weight(n) for n in range(MAX_PAST_SHOWINGS)), rel=0.01
    )
    # Another emoji, and another member's, weigh in full.
    await record(store, "fire", replace(OUTCOME, shown=("🔥",)))
    assert (await counted(store, "🔥")).shown == pytest.approx(1, rel=0.01)
    await record(store, replace(message(number="bens"), author=BEN))
    assert (await counted(store)).shown == pytest.approx(flooded + 1, rel=0.01)


async def test_erased_messages_take_what_was_shown_with_them(store: SqlStore) -> None:
    # Else whoever deletes their messages could be shown the same emoji at full weight again.
    await record(store, "0", replace(OUTCOME, shown=("🔥",)))
    await taken(store, range(1, 6))
    for number in range(1, 4):
        await store.outcomes.delete(ref(str(number)))
    left = await counted(store)
    assert 0 < left.shown < 0.1
    assert left.shown == pytest.approx(left.removed, abs=0.001)
    await store.members.erase("console", ANNA)
    assert (await counts(store)).as_tuple() == pytest.approx(Counts().as_tuple(), abs=1e-9)


async def test_erasing_a_removal_gives_the_showing_back(store: SqlStore) -> None:
    for number in range(3):
        await record(store, str(number))
    before = await counted(store)
    for number in range(3):
        given = make_feedback(str(number), FeedbackKind.REMOVE)
        await store.feedback.add(replace(given, at=await now(store)))
    assert (await counted(store)).shown < before.shown
    await store.members.erase("console", BEN)
    assert (await counted(store)).as_tuple() == pytest.approx(before.as_tuple(), abs=1e-6)


async def test_a_word_counts_once_and_can_be_taken_back(store: SqlStore) -> None:
    await record(store)
    for _ in range(3):
        await store.feedback.add(make_feedback())
    assert (await counts(store)).agreed == pytest.approx(1)
    await store.feedback.add(make_feedback(withdrawn=True))
    await store.feedback.add(make_feedback(withdrawn=True))
    assert (await counts(store)).agreed == pytest.approx(0)


async def test_a_correction_counts_for_what_was_chosen(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="🔥"))
    known = await said(store)
    assert known["😂"].passed_over == pytest.approx(1)
    assert known["🔥"].corrected == pytest.approx(1)
    assert sum(each.expected_chosen for each in known.values()) == pytest.approx(1)


async def test_a_pick_from_the_five_is_a_choice_of_its_own(store: SqlStore) -> None:
    await record(store, "1", replace(OUTCOME, shown=("😂", "🔥"), as_buttons=True))
    picked = replace(
        make_feedback(kind=FeedbackKind.AGREE, emoji="🔥"), source=FeedbackSource.BUTTON
    )
    await store.feedback.add(picked)
    assert (await counts(store, "🔥")).unprompted == pytest.approx(1)
    assert (await counts(store)).passed_over == 0


async def test_counts_fade(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    later = await counts(store, days=HALF_LIFE.days)
    assert later.agreed == pytest.approx(0.5)


async def test_a_member_speaks_less_and_less_in_a_day(store: SqlStore) -> None:
    for number in range(200):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, "💀"))
    known = await said(store)
    assert known["💀"].corrected <= 2
    assert known["😂"].passed_over <= 2
    await record(store, "tomorrow", replace(OUTCOME, shown=()))
    tomorrow = make_feedback("tomorrow", FeedbackKind.CORRECT, "🔥")
    await store.feedback.add(replace(tomorrow, at=MOMENT + timedelta(days=1)))
    assert (await counts(store, "🔥", days=1)).unprompted == pytest.approx(1)


async def steer(store: SqlStore, days: int, first: int = 0) -> None:
    """Let Ben correct to 💀 and disapprove of 😂, four times a day."""
    for number in range(first, first + 4 * days):
        await record(store, str(number))
        at = MOMENT + timedelta(days=number // 4)
        for kind, emoji in ((FeedbackKind.CORRECT, "💀"), (FeedbackKind.DISLIKE, "😂")):
            await store.feedback.add(replace(make_feedback(str(number), kind, emoji), at=at))


async def test_a_member_is_one_voice_over_many_days(store: SqlStore) -> None:
    await steer(store, 60)
    known = await said(store, days=60)
    assert known["💀"].corrected < 1.6
    assert known["😂"].passed_over + known["😂"].removed < 1.6
    # Somebody else is heard all the same.
    await store.feedback.add(make_feedback("1", FeedbackKind.CORRECT, "💀", actor=member(1)))
    assert (await counts(store, "💀")).corrected > 1.9


async def test_after_years_a_member_is_heard_again(store: SqlStore) -> None:
    await steer(store, 2)
    years = timedelta(days=20 * HALF_LIFE.days)
    await record(store, "late")
    await store.feedback.add(
        replace(make_feedback("late", FeedbackKind.CORRECT, "💀"), at=MOMENT + years)
    )
    late = await counts(store, "💀", days=years.days)
    assert late.corrected == pytest.approx(1, abs=0.01)


async def test_erasing_words_does_not_let_them_be_said_again(store: SqlStore) -> None:
    for again in range(5):
        await steer(store, 2, first=100 * again)
        await store.members.erase("console", BEN)
    assert (await counts(store, "💀")).corrected == pytest.approx(0, abs=1e-9)
    assert (await counts(store)).passed_over == pytest.approx(0, abs=1e-9)
    assert (await counts(store)).shown > 30


async def test_a_deleted_message_takes_back_what_was_said_on_it(store: SqlStore) -> None:
    for number in range(5):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, "💀"))
        await store.outcomes.delete(ref(str(number)))
    assert (await counts(store, "💀")).corrected == pytest.approx(0, abs=1e-9)


async def settled(store: SqlStore, emoji: str = "💀") -> float:
    tally = await store.preferences.counts(ref(), MOMENT)
    return tally.confirmed.get(emoji, Counts()).corrected


async def test_words_settle_when_enough_members_spoke_on_a_day(store: SqlStore) -> None:
    await record(store)
    by = {
        n: make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", actor=member(n)) for n in range(5)
    }
    for n in range(QUORUM):
        await store.feedback.add(by[n])
    whole = await settled(store)
    assert whole == pytest.approx(QUORUM)
    # On the next day two are not enough, however often they speak; the third lets all hold.
    tomorrow = MOMENT + timedelta(days=1)
    for number in range(10, 14):
        await record(store, str(number))
        for n in (3, 4):
            await store.feedback.add(
                replace(by[n], ref=ref(str(number)), at=tomorrow + timedelta(minutes=number))
            )
    assert await settled(store) == pytest.approx(whole)
    known = await said(store)
    assert known["💀"].corrected > whole + 1
    await record(store, "15")
    await store.feedback.add(replace(by[0], ref=ref("15"), at=tomorrow))
    known = await said(store)
    assert await settled(store) == pytest.approx(known["💀"].corrected)


async def test_a_chat_of_one_is_their_own_at_once(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀"))
    assert await settled(store) == pytest.approx(1)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", withdrawn=True))
    assert (await counts(store, "💀")).corrected == pytest.approx(0)


async def test_a_second_member_does_not_settle_alone(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀"))
    tomorrow = MOMENT + timedelta(days=1)
    second = replace(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", actor=ANNA), at=tomorrow)
    await store.feedback.add(second)
    assert await settled(store) == pytest.approx(1)
    await record(store, "2")
    await store.feedback.add(replace(second, ref=ref("2"), actor=BEN))
    assert await settled(store) > 2


async def test_erasing_settles_nothing_and_holds_at_once(store: SqlStore) -> None:
    for number in range(3):
        await record(store, str(number))
    for n in range(QUORUM):
        await store.feedback.add(make_feedback("0", FeedbackKind.CORRECT, "💀", actor=member(n)))
    tomorrow = MOMENT + timedelta(days=1)
    for late in ("1", "2"):
        given = make_feedback(late, FeedbackKind.CORRECT, "🔥", actor=member(9))
        await store.feedback.add(replace(given, at=tomorrow))
    await store.outcomes.delete(ref("2"))
    assert await settled(store, "🔥") == 0
    assert (await counts(store, "🔥", days=1)).corrected == pytest.approx(1)
    await store.members.erase("console", member(0))
    assert await settled(store) == pytest.approx(QUORUM - 1)
    assert (await counts(store, "💀")).corrected == pytest.approx(QUORUM - 1)


async def test_what_is_shown_holds_once_words_do(store: SqlStore) -> None:
    await record(store)
    assert (await counts(store)).shown > 0
    assert (await store.preferences.counts(ref(), MOMENT)).confirmed["😂"] == Counts()
    await store.feedback.add(make_feedback())
    tally = await store.preferences.counts(ref(), MOMENT)
    assert tally.confirmed == tally.pending


async def test_a_member_speaks_of_so_many_emojis_a_day(store: SqlStore) -> None:
    for number in range(MAX_VOTES_PER_DAY * 2):
        # Where the bot was silent each word is about another emoji alone, and weighs in full.
        await record(store, str(number), replace(OUTCOME, shown=()))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, f":e{number}:"))
    known = await said(store)
    assert sum(each.unprompted for each in known.values()) == pytest.approx(MAX_VOTES_PER_DAY)


async def test_many_members_are_all_heard(store: SqlStore) -> None:
    await record(store)
    for number in range(30):
        await store.feedback.add(make_feedback(actor=member(number)))
    assert (await counts(store)).agreed == pytest.approx(30)


async def test_an_author_who_removes_everything_is_one_voice(store: SqlStore) -> None:
    # Discord does not tell who removed: the bot's own key stands for all of them.
    for number in range(50):
        await record(store, str(number))
        await store.feedback.add(
            make_feedback(str(number), FeedbackKind.REMOVE, actor=MemberKey("bot"))
        )
    assert (await counts(store)).removed <= 2
    others = [replace(message(number=str(100 + n)), author=member(n)) for n in range(10)]
    for each in others:
        await record(store, each)
        await store.feedback.add(
            make_feedback(each.ref.message, FeedbackKind.REMOVE, actor=MemberKey("bot"))
        )
    assert (await counts(store)).removed > 10


async def test_the_days_tally_is_disclosed_and_goes(store: SqlStore, engine: AsyncEngine) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    told = await store.members.data("console", BEN)
    assert told["votes_today"] == [{"community": "home", "emoji": "😂", "votes": 1}]
    assert (await store.members.data("console", ANNA))["votes_today"] == []
    await store.members.erase("console", BEN)
    await store.members.erase("console", ANNA)
    assert (await counts(store)).agreed == pytest.approx(0)
    assert await count(engine, daily_vote) == 1
    # The day's tally goes with the first word of the next.
    await record(store, "2")
    await store.feedback.add(replace(make_feedback("2"), at=MOMENT + timedelta(days=1)))
    assert await count(engine, daily_vote) == 1


async def test_changes_are_told_of_words_only(store: SqlStore) -> None:
    await record(store)
    long_ago = MOMENT - timedelta(days=365)
    assert await store.preferences.changes(long_ago) == {}
    await store.feedback.add(make_feedback())
    (changed,) = (await store.preferences.changes(long_ago)).items()
    assert changed[0] == ("console", "home")
    assert await store.preferences.changes(changed[1] + timedelta(seconds=1)) == {}


async def test_a_taste_is_replaced_as_a_whole(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    given = {"🔥": Counts(shown=3, corrected=2)}
    await store.preferences.replace_counts(ref(), given, MOMENT)
    known = await said(store)
    assert known["🔥"].as_tuple() == pytest.approx(given["🔥"].as_tuple())
    assert set(known) == {"🔥", OUTSIDE_TOP_K}
    await store.preferences.replace_counts(ref(), {}, MOMENT)
    assert not any((await counts(store, OUTSIDE_TOP_K)).as_tuple())
    assert await store.preferences.changes(MOMENT)


async def test_those_who_spoke_last_are_told_for_the_prior(store: SqlStore) -> None:
    for community in ("a", "b", "c"):
        heard = replace(message(), ref=ref(community=community))
        await record(store, heard)
        await store.feedback.add(
            replace(make_feedback(kind=FeedbackKind.CORRECT, emoji="🔥"), ref=heard.ref)
        )
    await record(store, replace(message(), ref=ref(community="silent")))
    known = await store.preferences.recent_counts(10, MOMENT)
    assert [each["😂"].passed_over for each in known] == pytest.approx([1, 1, 1])
    assert len(await store.preferences.recent_counts(2, MOMENT)) == 2
    assert await store.preferences.recent_counts(0, MOMENT) == []


async def speak(url: str, first: int, messages: int) -> None:
    """Answer messages, each with a word on it, and say so once each is written."""
    engine = await open_database(url)
    store = SqlStore(engine)
    for number in range(first, first + messages):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), actor=member(number)))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    await engine.dispose()


async def _speaker(url: str, first: int, messages: int) -> asyncio.subprocess.Process:
    arguments = (sys.executable, "-m", __name__, url, str(first), str(messages))
    return await asyncio.create_subprocess_exec(
        *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def test_a_killed_process_loses_no_count(url: str) -> None:
    process = await _speaker(url, 0, 1_000_000)
    assert process.stdout is not None
    for _ in range(40):
        await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    engine = await open_database(url)
    known = await counts(SqlStore(engine))
    # Exactly what its rows say, to the last one.
    words, rows = await count(engine, feedback), await count(engine, prediction)
    sums = await said(SqlStore(engine))
    await engine.dispose()
    assert known.agreed == pytest.approx(words)
    assert known.agreed > 39.5
    assert sums["😂"].expected_kept / sums["😂"].shown == pytest.approx(0.612346)
    assert rows - round(known.agreed) in (0, 1)


async def test_two_processes_add_to_the_same_sums(url: str) -> None:
    both = [await _speaker(url, first, 40) for first in (0, 1000)]
    for process in both:
        await process.communicate()
        assert process.returncode == 0
    engine = await open_database(url)
    assert (await counts(SqlStore(engine))).agreed == pytest.approx(80)
    assert await count(engine, preference_count) == 2
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(speak(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
