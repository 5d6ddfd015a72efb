"""Simulation of fifty communities: the gain from preferences estimated from counts.

``python -m benchmarks.preferences [--focus SHARE] [--seed N] [--fit]`` needs ``../shared/data`` and
the ``train`` extra. Four competitors see the same messages: the model alone; counts, as the bot
uses them (``bot.core.preferences``, with the limits on each member's votes); an emoji table
retrained for each community on its texts, which the bot may not keep; and an oracle that knows the
true preferences. Acceptance is the expected share of kept emojis on held-out tweets, hit@1 the
share of wanted emojis, on communities with a subject and on raw tweets. Average communities are
simulated ``LIVES`` times with other messages and members. ``--fit`` prints the prior.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import adversary, overhead, quiet
from benchmarks.command_line import run_benchmark
from benchmarks.communities import (
    FOCUS,
    Community,
    communities,
    communities_by_mood,
    read_tweets,
    similarity,
)
from benchmarks.paired import Halves, halves, mean_gain, worst
from benchmarks.simulated_communities import (
    CHECKS,
    EmojiIndices,
    FeedbackLog,
    Learner,
    World,
    simulate_feedback,
)
from bot.core.events import FeedbackKind
from bot.core.preferences import posterior as core
from bot.core.preferences.prior import COMPONENT_SDS, PreferencePrior
from model import Predictor

STREAM, TWEETS = 6000, 14_000
LIVES = 2
OWN = ("swap", "hate")
"""Communities with preferences of their own."""


def retrain(world: World, log: FeedbackLog, rounds: int = 40) -> EmojiIndices:
    """Fit the emoji table to what one community said of its texts; answers to the held-out ones.

    Rows and biases of the emojis that were spoken of move from the model's own, under a penalty,
    by Adam on the likelihood of what was chosen and joined, and of what was removed not being it.
    """
    import torch

    voted = sorted({emoji for words in log.feedback for _, emoji in words})
    place = {emoji: i for i, emoji in enumerate(voted)}
    against = FeedbackKind.REMOVE
    pairs = [(i, place[e], k is against) for i, w in enumerate(log.feedback) for k, e in w]
    texts, labels, removed = (torch.tensor(column) for column in zip(*pairs, strict=True))
    vectors = torch.tensor(world.stream.vectors[log.messages])
    plain = torch.tensor(world.stream.log_scores[log.messages])
    rows = torch.zeros(vectors.shape[1], len(voted), requires_grad=True)
    bias = torch.zeros(len(voted), requires_grad=True)
    optimiser = torch.optim.Adam([rows, bias], lr=0.05)
    rest = plain.clone()
    rest[:, voted] = -torch.inf
    outside = rest.logsumexp(dim=1, keepdim=True)
    for _ in range(rounds):
        moved = plain[:, voted] + vectors @ rows + bias
        logs = moved - torch.cat([moved, outside], dim=1).logsumexp(dim=1, keepdim=True)
        each = logs[texts, labels]
        lost = torch.where(removed, -torch.log1p(-each.exp().clamp(max=0.999)), -each).sum()
        optimiser.zero_grad()
        (lost + 0.5 * bias.square().sum() + 5.0 * rows.square().sum()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    scores = world.held_out.log_scores.copy()
    with torch.no_grad():
        shift = torch.tensor(world.held_out.vectors) @ rows + bias
    scores[:, voted] += shift.numpy()
    best: EmojiIndices = scores.argmax(axis=1)
    return best


@dataclass(frozen=True, slots=True)
class Result:
    """One community's figures: (acceptance, hit@1) by rival and check; 0 for before any."""

    kind: str
    figures: Mapping[tuple[str, int], tuple[float, float]]
    gains: Mapping[int, Halves]
    """Gain in acceptance by preferences, by check."""


def run(world: World, *, retraining: bool) -> Result:
    """Simulate a community with each rival."""
    plain = world.held_out.log_scores.argmax(axis=1)
    gains: dict[int, Halves] = {}
    figures = {
        ("none", 0): world.measure(plain),
        ("oracle", 0): world.measure(world.members.oracle_predictions(world.held_out)),
    }
    learner = Learner(world.stream.emojis)

    def check(feedbacks: int, log: FeedbackLog) -> None:
        answers = learner.answer(world.held_out.log_scores)
        figures["counts", feedbacks] = world.measure(answers)
        gains[feedbacks] = halves(
            world.keep_probabilities(answers) - world.keep_probabilities(plain),
            world.held_out_weights,
        )
        if retraining:
            figures["retrain", feedbacks] = world.measure(retrain(world, log))

    simulate_feedback(world, learner, check)
    return Result(world.community.kind, figures, gains)


def fitted_prior(worlds: Sequence[World]) -> PreferencePrior:
    """Fit the prior to these communities after 500 feedbacks."""
    counts = []
    for world in worlds:
        learner = Learner(world.stream.emojis)
        simulate_feedback(world, learner, lambda *_: None, last=500)
        counts.append(learner.confirmed)
    return core.fit_prior(counts)


def show(results: Sequence[Result], title: str) -> Table:
    """Print acceptance and hit@1 in percent by kind of community and rival."""
    table = Table("communities", "learns by", title=title)
    for check in CHECKS:
        table.add_column(f"kept {check}", justify="right")
    for check in CHECKS:
        table.add_column(f"hit@1 {check}", justify="right")
    kinds = defaultdict(list)
    for result in results:
        kinds[result.kind].append(result)
    for kind, few in kinds.items():
        for rival in ("none", "counts", "retrain", "oracle"):
            cells = [_mean(few, rival, check) for check in CHECKS]
            if None not in cells:
                known = [cell for cell in cells if cell is not None]
                columns = [f"{100 * cell[i]:.1f}" for i in (0, 1) for cell in known]
                table.add_row(f"{len(few)} {kind}", rival, *columns)
        table.add_section()
    return table


def _mean(results: Sequence[Result], rival: str, check: int) -> tuple[float, float] | None:
    check = 0 if rival in ("none", "oracle") else check
    found = [r.figures[rival, check] for r in results if (rival, check) in r.figures]
    means = np.mean(found, axis=0) if found else None
    return None if means is None else (float(means[0]), float(means[1]))


def goals(results: Sequence[Result], named: str) -> list[str]:
    """Print the goals, what was reached, and what the oracle reaches."""

    def gain(result: Result, rival: str, check: int) -> float:
        return result.figures[rival, check][0] - result.figures["none", 0][0]

    own = [result for result in results if result.kind in OWN]
    average = [result for result in results if result.kind == "average"]
    after = 100 * float(np.mean([gain(r, "counts", 500) for r in own]))
    reached = sum(gain(r, "counts", 2000) for r in own)
    known = sum(gain(r, "oracle", 0) for r in own)
    lives = [halves for result in average for halves in result.gains.values()]
    usual = np.mean([mean_gain(halves).error for halves in lives])
    mean = 100 * min(np.mean([gain(r, "counts", check) for r in average]) for check in CHECKS)
    return [
        f"{named}, own preferences: acceptance after 500 {after:+.1f} points (goal +8),"
        f" an oracle that knows them {100 * known / len(own):+.1f}",
        f"{named}, share of the oracle's gain after 2000: {reached / known:.0%} (goal 60 %)",
        f"{named}, average communities at the check that is worst: {mean:+.2f} points in the mean;"
        f" the worst of {len(lives)} times that one was looked at: {worst(lives)} (goal -0.5;"
        f" a single look is uncertain by {100 * usual:.2f})",
    ]


def main(
    focus: Annotated[float, typer.Option(min=0, max=1, help="Share on the subject.")] = FOCUS,
    seed: Annotated[int, typer.Option(help="Of the communities.")] = 1,
    fit_only: Annotated[bool, typer.Option("--fit", help="Fit the prior on other tweets.")] = False,
    retraining: Annotated[bool, typer.Option(help="With the rival that keeps texts.")] = True,
) -> None:
    """Print the tables, the goals, what an adversary moves and what a message costs."""
    console, predictor = Console(width=120, highlight=False), Predictor.load()
    tweets = read_tweets(predictor, "validation" if fit_only else "test", TWEETS)
    stream, held_out = tweets.slice(0, STREAM), tweets.slice(STREAM, TWEETS)
    similar = similarity(tweets.emojis)

    def worlds(those: Sequence[Community], share: float, life: int = 0) -> list[World]:
        return [
            World(each, stream, held_out, similar, share, 100 * seed + number + 1_000_000 * life)
            for number, each in enumerate(those)
        ]

    def lives(share: float) -> list[World]:
        again = [each for each in communities(seed) if each.kind == "average"]
        more = [world for life in range(1, LIVES) for world in worlds(again, share, life)]
        return [*worlds(communities(seed), share), *more]

    if fit_only:
        prior = fitted_prior(worlds(communities(seed), focus))
        for width, weight in zip(COMPONENT_SDS, prior.weights, strict=True):
            console.print(f"{width}: {weight:.3f}")
        console.print(f"strength {prior.strength:.0f}")
        return
    for share in dict.fromkeys((focus, 0.0)):
        results = [
            run(world, retraining=retraining)
            for world in track(lives(share), "communities", console=Console(stderr=True))
        ]
        named = f"{share:.0%} of messages on a subject" if share else "raw tweets"
        console.print(show(results, f"percent after so many feedbacks; {named}"))
        for line in goals(results, named):
            console.print(line)
    some = [w for w in worlds(communities(seed), focus) if w.community.kind != "hostile"][::4]
    console.print(adversary.show(some))
    moods_ = worlds(communities_by_mood(seed), focus)
    talks = [(w.community.kind, quiet.simulate_reactions(w, predictor.threshold)) for w in moods_]
    console.print(quiet.show(talks))
    learner = Learner(tweets.emojis)
    simulate_feedback(worlds(communities(seed), focus)[20], learner, lambda *_: None)
    for line in (overhead.time_preferences(predictor, learner), overhead.time_offsets(predictor)):
        console.print(line)


if __name__ == "__main__":
    run_benchmark(main)
