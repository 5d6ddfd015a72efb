"""Simulation of members with preferences of their own: the gain, and after how much feedback.

``python -m benchmarks.personal`` needs ``../shared/data``; a few minutes on one core. Communities
as in ``benchmarks.preferences`` give 500 pieces of feedback. Then one member of each, who agreed to
personal preferences, writes on: half of these members want what their community wants (``alike``),
the others swap or hate emojis of another family (``own``). Acceptance is the expected share of kept
emojis on held-out tweets of the member, by the community's preferences, by the member's own after
so many pieces of feedback, and by an oracle that knows them. Intervals are over members.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.communities import (
    FOCUS,
    HATED,
    SWAPS,
    Community,
    communities,
    read_tweets,
    similarity,
)
from benchmarks.simulated_communities import EmojiIndices, Learner, World, simulate_feedback
from bot.core.events import FeedbackKind
from bot.core.preferences.counts import Counts, Vote, count_shown, count_vote
from bot.core.preferences.personal import personal_preferences
from bot.core.preferences.posterior import Preferences, posterior_preferences
from model import Predictor
from model.evaluation.metrics import bootstrap_interval

TWEETS, STREAM = 9_000, 4_000
COMMUNITY_FEEDBACK = 500
CHECKS = (5, 10, 20, 50, 100, 200)
"""Pieces of a member's feedback after which figures are taken."""


@dataclass(frozen=True, slots=True)
class Case:
    """A member of a community."""

    kind: str
    community: World
    member: World


class Member:
    """A member's counts, each with full weight, and the biases from them."""

    def __init__(self, emojis: tuple[str, ...], community: Preferences) -> None:
        """Start with the preferences of the community."""
        self._index = {emoji: i for i, emoji in enumerate(emojis)}
        self._emojis = emojis
        self._community = community
        self._counts: dict[str, Counts] = {}
        self.bias = self._biases(community)

    def answers(self, log_scores: NDArray[np.float32]) -> EmojiIndices:
        """Return the best emoji of each text, (texts,)."""
        best: EmojiIndices = (log_scores + self.bias).argmax(axis=1)
        return best

    def learn(
        self, answer: int, votes: Sequence[tuple[FeedbackKind, int]], scores: NDArray[np.float32]
    ) -> None:
        """Count what was shown and said of it."""
        top = np.argsort(-(scores + self.bias))[:5]
        model_scores = {self._emojis[i]: float(np.exp(scores[i])) for i in top}
        shown = (self._emojis[answer],)
        self._add(count_shown(shown, model_scores))
        for kind, emoji in votes:
            self._add(count_vote(Vote(kind, self._emojis[emoji]), shown, model_scores))
        self.bias = self._biases(personal_preferences(self._community, self._counts))

    def _add(self, counted: Mapping[str, Counts]) -> None:
        for emoji, counts in counted.items():
            self._counts[emoji] = self._counts.get(emoji, Counts()) + counts

    def _biases(self, preferences: Preferences) -> NDArray[np.float32]:
        biases = np.zeros(len(self._emojis), dtype=np.float32)
        for emoji, bias in preferences.bias.items():
            biases[self._index[emoji]] = bias
        return biases


def tastes(of: Community, number: int) -> list[tuple[str, Community]]:
    """Return the wishes of a member like the community, and of one with wishes of their own."""
    other = SWAPS[number % len(SWAPS)]
    if number % 3 == 2:
        hated = frozenset({HATED[number % len(HATED)]})
        own = Community("own", hated, of.replacements, of.hated | hated)
    else:
        own = Community("own", frozenset(other), {**of.replacements, **other}, of.hated)
    return [("alike", of), ("own", own)]


def simulate(case: Case) -> dict[str, float]:
    """Return the acceptance of one member by community, after each check, and by the oracle."""
    learner = Learner(case.community.stream.emojis)
    simulate_feedback(case.community, learner, lambda *_: None, COMMUNITY_FEEDBACK)
    learner.confirm()
    world = case.member
    member = Member(world.stream.emojis, posterior_preferences(learner.confirmed))
    held_out = world.held_out.log_scores
    found = {"community": world.measure(member.answers(held_out))[0]}
    given = 0
    for message in world.messages:
        scores = world.stream.log_scores[message]
        answer = int(member.answers(scores[None])[0])
        votes = world.draw_feedback(int(message), answer)
        member.learn(answer, votes, scores)
        given += bool(votes)
        if votes and given in CHECKS:
            found[f"{given}"] = world.measure(member.answers(held_out))[0]
        if given >= CHECKS[-1]:
            break
    found["oracle"] = world.measure(world.members.oracle_predictions(world.held_out))[0]
    return found


def show(kind: str, results: Sequence[Mapping[str, float]]) -> Table:
    """Return acceptance in percent, and the difference to the community's preferences."""
    table = Table("preferences", "acceptance %", "points", title=f"{len(results)} members, {kind}")
    base = np.array([each["community"] for each in results])
    for name in ("community", *map(str, CHECKS), "oracle"):
        values = np.array([each[name] for each in results])
        change = 100 * (values - base)
        low, high = bootstrap_interval(change)
        label = f"own, after {name}" if name.isdigit() else name
        points = f"{change.mean():+.1f} [{low:+.1f}, {high:+.1f}]"
        table.add_row(label, f"{100 * values.mean():.1f}", points)
    return table


def main(
    members: Annotated[int, typer.Option(help="Members of each kind.")] = 20,
    seed: Annotated[int, typer.Option(help="Of communities and members.")] = 1,
) -> None:
    """Print a table for each kind of members."""
    console, predictor = Console(width=100, highlight=False), Predictor.load()
    tweets = read_tweets(predictor, "test", TWEETS)
    stream, held_out = tweets.slice(0, STREAM), tweets.slice(STREAM, TWEETS)
    similar = similarity(tweets.emojis)
    found = [each for each in communities(seed) if each.kind != "hostile"]
    results: dict[str, list[dict[str, float]]] = {"alike": [], "own": []}
    for number in track(range(members), "members", console=Console(stderr=True)):
        community = found[number * len(found) // members]
        for kind, taste in tastes(community, number):
            worlds = (
                World(each, stream, held_out, similar, FOCUS, 1000 * seed + 2 * number + i)
                for i, each in enumerate((community, taste))
            )
            results[kind].append(simulate(Case(kind, *worlds)))
    for kind, those in results.items():
        console.print(show(kind, those))


if __name__ == "__main__":
    run_benchmark(main)
