"""Whatever one member does, no emoji among the five moves by more than one place."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import FeedbackKind, MemberKey
from bot.core.messages.policy import TOP_K
from bot.core.preferences.counts import QUORUM
from bot.core.preferences.posterior import Preferences, estimate_preferences
from bot.core.preferences.ranking import rank_with_pending
from bot.database.engine import open_database
from bot.database.store import SqlStore
from model import Prediction
from tests.core.fakes import BEN, MOMENT, make_feedback, message, ref
from tests.database.rows import OUTCOME, record

EMOJIS = ("😂", "🤣", "💀", "🔥", "😭", "🎉", "❤")
SCORES = (0.2, 0.199, 0.198, 0.15, 0.149, 0.05, 0.049)


@dataclass(frozen=True)
class Act:
    """What Ben does with a message of his own."""

    shown: str
    kind: FeedbackKind | None
    """None where he writes and says nothing."""
    about: str
    withdrawn: bool
    erased: bool
    """The message, in the end."""
    hours: int


acts = st.builds(
    Act,
    st.sampled_from(EMOJIS),
    st.sampled_from([None, *FeedbackKind]),
    st.sampled_from(EMOJIS),
    st.booleans(),
    st.booleans(),
    st.integers(0, 24 * 60),
)


def member(number: int) -> MemberKey:
    return MemberKey(f"{number:032x}")


def five(taste: Preferences) -> list[str]:
    """The five of a text whose emojis are about as likely, under a taste."""
    shifted = np.log(SCORES) + [taste.bias.get(emoji, 0.0) for emoji in EMOJIS]
    best = sorted(zip(shifted, EMOJIS, strict=True), key=lambda pair: -pair[0])
    ranked = [Prediction(emoji, float(np.exp(score))) for score, emoji in best[: TOP_K + 1]]
    return [p.emoji for p in rank_with_pending(ranked, taste)[:TOP_K]]


async def others_speak(store: SqlStore) -> None:
    """Enough members have spoken on one day, and one of them on the next."""
    for n, emoji in enumerate(EMOJIS[: QUORUM + 1]):
        given = replace(message(number=f"other{n}"), author=member(n))
        await record(store, given, replace(OUTCOME, shown=(emoji,)))
        said = make_feedback(
            f"other{n}", FeedbackKind.CORRECT, EMOJIS[n + 1], actor=member(n % QUORUM)
        )
        await store.feedback.add(replace(said, at=MOMENT + timedelta(days=n // QUORUM)))


async def act(store: SqlStore, number: int, one: Act) -> None:
    mine = replace(message(number=str(number)), author=BEN)
    await record(store, mine, replace(OUTCOME, shown=(one.shown,)))
    if one.kind is not None:
        said = make_feedback(str(number), one.kind, one.about)
        said = replace(said, at=MOMENT + timedelta(days=2, hours=one.hours))
        await store.feedback.add(said)
        if one.withdrawn:
            await store.feedback.add(replace(said, withdrawn=True))
    if one.erased:
        await store.outcomes.delete(mine.ref)


async def steered(file: Path, given: Sequence[Act]) -> tuple[list[str], list[str]]:
    """The five before and after Ben did all this."""
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    try:
        store, then = SqlStore(engine), MOMENT + timedelta(days=62)
        await others_speak(store)
        before = estimate_preferences(await store.preferences.counts(ref(), then))
        for number, one in enumerate(sorted(given, key=lambda each: each.hours)):
            await act(store, number, one)
        after = estimate_preferences(await store.preferences.counts(ref(), then))
        return five(before), five(after)
    finally:
        await engine.dispose()


def furthest(before: list[str], after: list[str]) -> int:
    """Places by which an emoji moved at most, where those outside the five stand behind it."""
    places = [{emoji: i for i, emoji in enumerate(each)} for each in (before, after)]
    return max(abs(places[0].get(e, TOP_K) - places[1].get(e, TOP_K)) for e in {*before, *after})


@given(st.lists(acts, max_size=8), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_one_member_moves_nothing_by_more_than_one_place(given: list[Act], times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = asyncio.run(steered(Path(folder) / "bot.db", given * times))
    assert furthest(before, after) <= 1
