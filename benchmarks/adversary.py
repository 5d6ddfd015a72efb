"""Ranks that members with an aim of their own can move, however often they vote."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.simulated_communities import DAYS, MEMBERS, Answers, Learner, World, live
from bot.core.events import FeedbackKind
from bot.core.messages.policy import TOP_K
from bot.core.preferences.counts import Vote

WORDS = 1000


@dataclass(frozen=True, slots=True)
class Adversary:
    """Members with one aim, who say a thousand words each."""

    members: int
    days: int
    confirmed: bool = False
    """Others have spoken since, about other things."""
    silent: bool = False
    """They only write what the bot answers with one emoji, which stays."""

    def __str__(self) -> str:
        """As the table names them."""
        days = "a day" if self.days == 1 else f"{self.days} days"
        who = "one member" if self.members == 1 else f"{self.members} members"
        what = "answers" if self.silent else "words each"
        return f"{who}, 1,000 {what} in {days}{', settled by others' if self.confirmed else ''}"

    def vote(self, world: World, learner: Learner, down: str, up: str) -> None:
        """Remove one emoji and demand another one, wherever that is possible; or let it stand."""
        words = (Vote(FeedbackKind.REMOVE, down), Vote(FeedbackKind.CORRECT, up))
        for number in range(WORDS):
            day = DAYS + number * self.days // WORDS
            five = learner.top_five_scores(world.stream.log_scores[world.messages[number]])
            for member in range(MEMBERS, MEMBERS + self.members):
                # Only what stands there can be taken away.
                showing = learner.show((down,), five, member, day)
                for word in () if self.silent else words:
                    learner.vote(word, showing)
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
    Adversary(1, 60, silent=True),
    Adversary(1, 60, confirmed=True, silent=True),
    Adversary(5, 60),
)


def rank_changes(world: World, adversary: Adversary) -> NDArray[np.intp]:
    """(aims, texts): by how many places an emoji moved at most in each five.

    After 500 feedbacks the adversary removes the community's most shown emoji and demands one that
    the model hardly expects, or the one that is shown second most.
    """
    moved = []
    learner = Learner(world.stream.emojis)
    live(world, learner, lambda *_: None, last=500)
    often = sorted(learner.counts, key=lambda emoji: -learner.counts[emoji].shown)
    rare = next(e for e in ("🗿", "🦄") if e in world.stream.emojis)
    before = _places(learner.top_five(world.held_out.log_scores), len(world.stream.emojis))
    for up in (rare, often[1]):
        steered = deepcopy(learner)
        adversary.vote(world, steered, often[0], up)
        after = _places(steered.top_five(world.held_out.log_scores), len(world.stream.emojis))
        moved.append(np.abs(before - after).max(axis=1))
    return np.array(moved)


def _places(fives: Answers, emojis: int) -> Answers:
    """(texts, emojis): the place of each emoji, TOP outside the five."""
    found = np.full((len(fives), emojis), TOP_K)
    np.put_along_axis(found, fives, np.arange(TOP_K)[None], axis=1)
    return found


def show(worlds: Sequence[World]) -> Table:
    """By adversary, how far emojis move in the fives of held-out tweets."""
    table = Table(
        "adversary, after 500 feedbacks of others",
        "places at most",
        "tweets where more than one",
        "in the worst community",
        title="what is moved in the five (goal: nothing by more than one place)",
    )
    for adversary in ADVERSARIES:
        moved = np.array([rank_changes(world, adversary) for world in worlds])
        far = moved > 1
        worst = far.mean(axis=2).max()
        table.add_row(str(adversary), str(moved.max()), f"{far.mean():.2%}", f"{worst:.2%}")
    return table
