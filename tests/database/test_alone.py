"""Whatever a single member does, no emoji in the top five moves by more than one rank."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import FeedbackKind
from bot.core.messages.policy import TOP_K
from bot.core.preferences.counts import QUORUM
from bot.core.preferences.posterior import Preferences, estimate_preferences
from bot.core.preferences.ranking import rank_with_pending
from bot.database.engine import open_database
from bot.database.store import SqlStore
from model import Prediction
from tests.core.fakes import BEN, MOMENT, make_feedback, message, ref
from tests.database.preferences.stored_counts import member
from tests.database.rows import OUTCOME, record

EMOJIS = ("😂", "🤣", "💀", "🔥", "😭", "🎉", "❤")
SCORES = (0.2, 0.199, 0.198, 0.15, 0.149, 0.05, 0.049)


@dataclass(frozen=True)
class Action:
    """Actions of Ben on a message of his own."""

    shown: str
    kind: FeedbackKind | None
    """None for no feedback."""
    emoji: str
    withdrawn: bool
    deleted: bool
    """If the message is deleted in the end."""
    hours: int


actions = st.builds(
    Action,
    st.sampled_from(EMOJIS),
    st.sampled_from([None, *FeedbackKind]),
    st.sampled_from(EMOJIS),
    st.booleans(),
    st.booleans(),
    st.integers(0, 24 * 60),
)


def top_five(preferences: Preferences) -> list[str]:
    """Return the ranking of emojis with close scores under preferences."""
    shifted = np.log(SCORES) + [preferences.bias.get(emoji, 0.0) for emoji in EMOJIS]
    best = sorted(zip(shifted, EMOJIS, strict=True), key=lambda pair: -pair[0])
    ranked = [Prediction(emoji, float(np.exp(score))) for score, emoji in best[: TOP_K + 1]]
    return [p.emoji for p in rank_with_pending(ranked, preferences)[:TOP_K]]


async def confirm_votes(store: SqlStore) -> None:
    """Let a quorum vote on one day, and one of them on the next."""
    for n, emoji in enumerate(EMOJIS[: QUORUM + 1]):
        given = replace(message(number=f"other{n}"), author=member(n))
        await record(store, given, replace(OUTCOME, shown=(emoji,)))
        vote = make_feedback(
            f"other{n}", FeedbackKind.CORRECT, EMOJIS[n + 1], actor=member(n % QUORUM)
        )
        await store.feedback.add(replace(vote, at=MOMENT + timedelta(days=n // QUORUM)))


async def act(store: SqlStore, number: int, action: Action) -> None:
    own_message = replace(message(number=str(number)), author=BEN)
    await record(store, own_message, replace(OUTCOME, shown=(action.shown,)))
    if action.kind is not None:
        vote = make_feedback(str(number), action.kind, action.emoji)
        vote = replace(vote, at=MOMENT + timedelta(days=2, hours=action.hours))
        await store.feedback.add(vote)
        if action.withdrawn:
            await store.feedback.add(replace(vote, withdrawn=True))
    if action.deleted:
        await store.outcomes.delete(own_message.ref)


async def rankings(file: Path, taken: Sequence[Action]) -> tuple[list[str], list[str]]:
    """Return the top five before and after these actions."""
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    try:
        store, then = SqlStore(engine), MOMENT + timedelta(days=62)
        await confirm_votes(store)
        before = estimate_preferences(await store.preferences.counts(ref(), then))
        for number, action in enumerate(sorted(taken, key=lambda action: action.hours)):
            await act(store, number, action)
        after = estimate_preferences(await store.preferences.counts(ref(), then))
        return top_five(before), top_five(after)
    finally:
        await engine.dispose()


def max_rank_change(before: list[str], after: list[str]) -> int:
    """Return the largest change of rank; emojis outside the top five have the rank after it."""
    ranks = [{emoji: i for i, emoji in enumerate(five)} for five in (before, after)]
    return max(abs(ranks[0].get(e, TOP_K) - ranks[1].get(e, TOP_K)) for e in {*before, *after})


@given(st.lists(actions, max_size=8), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_a_single_member_moves_no_emoji_by_more_than_one_rank(
    taken: list[Action], times: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = asyncio.run(rankings(Path(folder) / "bot.db", taken * times))
    assert max_rank_change(before, after) <= 1
