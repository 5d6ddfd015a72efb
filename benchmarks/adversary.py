"""Changes of ranks by members who vote very often for one purpose."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.simulated_communities import (
    DAYS,
    MEMBERS,
    EmojiIndices,
    Learner,
    World,
    simulate_feedback,
)
from bot.core.events import FeedbackKind
from bot.core.messages.policy import TOP_K
from bot.core.preferences.counts import Vote

VOTES_PER_MEMBER = 1000


@dataclass(frozen=True, slots=True)
class Adversary:
    """Members who give a thousand votes each for one purpose."""

    members: int
    days: int
    confirmed: bool = False
    """Other members voted afterwards, so that the counts are confirmed."""
    showings_only: bool = False
    """They only let one emoji be shown, and keep it."""

    def __str__(self) -> str:
        """Return the name in the table."""
        days = "a day" if self.days == 1 else f"{self.days} days"
        who = "one member" if self.members == 1 else f"{self.members} members"
        what = "outcomes" if self.showings_only else "votes each"
        return f"{who}, 1,000 {what} in {days}{', confirmed by others' if self.confirmed else ''}"

    def vote(self, world: World, learner: Learner, down: str, up: str) -> None:
        """Remove one emoji and correct it to another one; or only let it be shown."""
        votes = (Vote(FeedbackKind.REMOVE, down), Vote(FeedbackKind.CORRECT, up))
        for number in range(VOTES_PER_MEMBER):
            day = DAYS + number * self.days // VOTES_PER_MEMBER
            five = learner.top_five_scores(world.stream.log_scores[world.messages[number]])
            for member in range(MEMBERS, MEMBERS + self.members):
                # Only a shown emoji can be removed.
                showing = learner.show((down,), five, member, day)
                for vote in () if self.showings_only else votes:
                    learner.vote(vote, showing)
        if self.confirmed:
            learner.confirm()
        learner.estimate()


ADVERSARIES = (
    Adversary(1, 1),
    Adversary(1, 60),
    Adversary(2, 1),
    Adversary(2, 60),
    Adversary(1, 1, confirmed=True),
    Adversary(1, 60, confirmed=True),
    Adversary(2, 60, confirmed=True),
    Adversary(1, 60, showings_only=True),
    Adversary(1, 60, confirmed=True, showings_only=True),
    Adversary(5, 60),
)


def rank_changes(world: World, adversary: Adversary) -> NDArray[np.intp]:
    """Return the largest change of rank in the top five of each text, shape (corrections, texts).

    After 500 feedbacks the adversary removes the community's most shown emoji and corrects it to
    one that the model hardly expects, or to the one that is shown second most.
    """
    moved = []
    learner = Learner(world.stream.emojis)
    simulate_feedback(world, learner, lambda *_: None, last=500)
    often = sorted(learner.counts, key=lambda emoji: -learner.counts[emoji].shown)
    rare = next(e for e in ("🗿", "🦄") if e in world.stream.emojis)
    before = _ranks(learner.top_five(world.held_out.log_scores), len(world.stream.emojis))
    for up in (rare, often[1]):
        attacked = deepcopy(learner)
        adversary.vote(world, attacked, often[0], up)
        after = _ranks(attacked.top_five(world.held_out.log_scores), len(world.stream.emojis))
        moved.append(np.abs(before - after).max(axis=1))
    return np.array(moved)


def _ranks(fives: EmojiIndices, emojis: int) -> EmojiIndices:
    """Return the rank of each emoji, TOP_K outside the top five, shape (texts, emojis)."""
    found = np.full((len(fives), emojis), TOP_K)
    np.put_along_axis(found, fives, np.arange(TOP_K)[None], axis=1)
    return found


def show(worlds: Sequence[World]) -> Table:
    """Return how far each adversary moves emojis in the top fives of held-out tweets."""
    table = Table(
        "adversary, after 500 feedbacks of others",
        "largest change of rank",
        "tweets with more than one rank",
        "in the worst community",
        title="changes in the top five (goal: no emoji by more than one rank)",
    )
    for adversary in ADVERSARIES:
        moved = np.array([rank_changes(world, adversary) for world in worlds])
        far = moved > 1
        worst = far.mean(axis=2).max()
        table.add_row(str(adversary), str(moved.max()), f"{far.mean():.2%}", f"{worst:.2%}")
    return table
