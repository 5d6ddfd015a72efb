"""Fifty simulated communities: what is gained by learning their tastes from counts alone.

``python -m benchmarks.taste [--focus SHARE] [--seed N] [--fit]`` needs ``../shared/data`` and the
``train`` extra. The rivals see the same messages: the model as it is; counts alone, as the bot
learns (``bot.core.community``, with its limit on each member's words of a day); a retraining of the
emoji table for each community on the texts themselves, which the bot may not keep; and an oracle
that knows the taste. Acceptance is the expected share of kept answers on held-out tweets, hit@1 the
share of answers that are the wanted emoji. ``--fit`` prints the weights of the prior.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.communities import (
    AGREES,
    CORRECTS,
    FOCUS,
    NOISE,
    Community,
    Members,
    Tweets,
    communities,
    read_tweets,
    similarity,
)
from bot.core import community as core
from bot.core.community import Counts, Word, learn, said, shown, touched, voice
from bot.core.events import FeedbackKind
from model import Predictor

CHECKS = (50, 200, 500, 2000)
MEMBERS, DAYS = 40, 60
"""Who give the last check's feedback in how long, the busiest member ten times the tenth."""
HELD_OUT, TWEETS = 2000, 8000
OWN = ("swap", "hate")
"""Communities with a taste of their own."""

Answers = NDArray[np.intp]


@dataclass
class World:
    """A community with its messages, and held-out ones on which it is measured."""

    community: Community
    stream: Tweets
    held_out: Tweets
    similar: NDArray[np.bool_]
    focus: float
    seed: int
    luck: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        """Draw the community's messages and their authors."""
        self.luck = np.random.default_rng(self.seed)
        self.members = Members(self.community, self.stream.emojis, self.similar)
        self.wanted = self.members.want(self.stream)
        self.held_wanted = self.members.want(self.held_out)
        self.held_weights = self.members.weights(self.held_out, self.focus)
        weights = self.members.weights(self.stream, self.focus)
        busy = 1.0 / np.arange(1, MEMBERS + 1)
        self.messages = self.luck.choice(len(weights), 4 * CHECKS[-1], p=weights)
        self.speakers = self.luck.choice(MEMBERS, len(self.messages), p=busy / busy.sum())

    def measure(self, answers: Answers) -> tuple[float, float]:
        """Acceptance and hit@1 of one answer to each held-out tweet."""
        kept = self.members.keep(answers, self.held_wanted)
        hits = answers == self.held_wanted
        return float(kept @ self.held_weights), float(hits @ self.held_weights)

    def words(self, message: int, answer: int) -> list[tuple[FeedbackKind, int]]:
        """What somebody says of an answer to a message; nothing where it is left in silence."""
        wanted = self.wanted[message]
        kept = self.members.keep(np.array([answer]), np.array([wanted]))[0]
        if self.luck.random() < kept:
            return [(FeedbackKind.AGREE, answer)] if self.luck.random() < AGREES else []
        words = [(FeedbackKind.REMOVE, answer)]
        if self.luck.random() < CORRECTS:
            if self.luck.random() < NOISE:
                chances = np.exp(self.stream.log_scores[message].astype(float))
                wanted = self.luck.choice(len(chances), p=chances / chances.sum())
            if wanted != answer:
                words.append((FeedbackKind.CORRECT, int(wanted)))
        return words


class Learner:
    """The counts of one community, as the store keeps them, and the bias that follows."""

    def __init__(self, emojis: tuple[str, ...]) -> None:
        """Know nothing."""
        self._emojis = emojis
        self._places = {emoji: i for i, emoji in enumerate(emojis)}
        self.counts: dict[str, Counts] = {}
        self.bias = np.zeros(len(emojis), dtype=np.float32)
        self._day = 0
        self._spoken: dict[int, dict[str, int]] = {}

    def add(self, counted: Mapping[str, Counts], strength: float = 1.0) -> None:
        """Sum up."""
        for emoji, counts in counted.items():
            self.counts[emoji] = self.counts.get(emoji, Counts()) + counts.times(strength)

    def hear(self, counted: Mapping[str, Counts], member: int, day: int) -> None:
        """Count a word with the weight that the member has left today."""
        if day != self._day:
            self._day, self._spoken = day, {}
        words = self._spoken.setdefault(member, {})
        if sum(words.values()) >= core.WORDS_A_DAY:
            return
        about = touched(counted)
        self.add(counted, voice(max((words.get(emoji, 0) for emoji in about), default=0)))
        words.update({emoji: words.get(emoji, 0) + 1 for emoji in about})

    def learn(self) -> None:
        """Renew the bias."""
        self.bias[:] = 0.0
        for emoji, bias in learn(self.counts).bias.items():
            self.bias[self._places[emoji]] = bias

    def answer(self, log_scores: NDArray[np.float32]) -> Answers:
        """The best emoji of each text."""
        best: Answers = (log_scores + self.bias).argmax(axis=-1)
        return best

    def five(self, log_scores: NDArray[np.float32]) -> dict[str, float]:
        """The best five of one text with the model's own scores."""
        best = np.argpartition(-(log_scores + self.bias), 4)[:5]
        return {self._emojis[i]: float(np.exp(log_scores[i])) for i in best}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a community said by a check, with the texts that only the retraining sees."""

    messages: list[int]
    words: list[list[tuple[FeedbackKind, int]]]


def live(
    world: World, learner: Learner, check: Callable[[int, Heard], None], last: int = CHECKS[-1]
) -> None:
    """Let a community talk until it has given so many feedbacks; ``check`` at each of CHECKS."""
    heard, emojis = Heard([], []), world.stream.emojis
    for message, speaker in zip(world.messages, world.speakers, strict=True):
        scores = world.stream.log_scores[message]
        answer = int(learner.answer(scores))
        chosen, five = (emojis[answer],), learner.five(scores)
        learner.add(shown(chosen, five))
        words = world.words(message, answer)
        if not words:
            continue
        day = len(heard.words) * DAYS // CHECKS[-1]
        for kind, emoji in words:
            learner.hear(said(Word(kind, emojis[emoji]), chosen, five), int(speaker), day)
        # Then a word changes little: renewing the bias at every third one halves the time.
        if len(heard.words) < 200 or len(heard.words) % 3 == 1:
            learner.learn()
        heard.messages.append(int(message))
        heard.words.append(words)
        if len(heard.words) in CHECKS:
            check(len(heard.words), heard)
        if len(heard.words) >= last:
            return


def retrain(world: World, heard: Heard, rounds: int = 40) -> Answers:
    """Fit the emoji table to what one community said of its texts; answers to the held-out ones.

    Rows and biases of the emojis that were spoken of move from the model's own, under a penalty,
    by Adam on the likelihood of what was chosen and joined, and of what was removed not being it.
    """
    import torch

    spoken = sorted({emoji for words in heard.words for _, emoji in words})
    place = {emoji: i for i, emoji in enumerate(spoken)}
    against = FeedbackKind.REMOVE
    pairs = [(i, place[e], k is against) for i, w in enumerate(heard.words) for k, e in w]
    texts, labels, removed = (torch.tensor(column) for column in zip(*pairs, strict=True))
    vectors = torch.tensor(world.stream.vectors[heard.messages])
    plain = torch.tensor(world.stream.log_scores[heard.messages])
    rows = torch.zeros(vectors.shape[1], len(spoken), requires_grad=True)
    bias = torch.zeros(len(spoken), requires_grad=True)
    optimiser = torch.optim.Adam([rows, bias], lr=0.05)
    rest = plain.clone()
    rest[:, spoken] = -torch.inf
    outside = rest.logsumexp(dim=1, keepdim=True)
    for _ in range(rounds):
        moved = plain[:, spoken] + vectors @ rows + bias
        logs = moved - torch.cat([moved, outside], dim=1).logsumexp(dim=1, keepdim=True)
        each = logs[texts, labels]
        lost = torch.where(removed, -torch.log1p(-each.exp().clamp(max=0.999)), -each).sum()
        optimiser.zero_grad()
        (lost + 0.5 * bias.square().sum() + 5.0 * rows.square().sum()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    scores = world.held_out.log_scores.copy()
    with torch.no_grad():
        shift = torch.tensor(world.held_out.vectors) @ rows + bias
    scores[:, spoken] += shift.numpy()
    best: Answers = scores.argmax(axis=1)
    return best


@dataclass(frozen=True, slots=True)
class Result:
    """One community's figures: (acceptance, hit@1) by rival and check; 0 for before any."""

    kind: str
    figures: Mapping[tuple[str, int], tuple[float, float]]


def run(world: World, *, retraining: bool) -> Result:
    """A community's life with each rival."""
    figures = {
        ("none", 0): world.measure(world.held_out.log_scores.argmax(axis=1)),
        ("oracle", 0): world.measure(world.members.oracle(world.held_out)),
    }
    learner = Learner(world.stream.emojis)

    def check(feedbacks: int, heard: Heard) -> None:
        answers = learner.answer(world.held_out.log_scores)
        figures["counts", feedbacks] = world.measure(answers)
        if retraining:
            figures["retrain", feedbacks] = world.measure(retrain(world, heard))

    live(world, learner, check)
    return Result(world.community.kind, figures)


def places_moved(world: World) -> tuple[int, float]:
    """What one member's thousand words of a day change in the fives of the held-out tweets.

    After 500 feedbacks one member removes the community's most shown emoji and demands one that
    the model hardly expects. The greatest number of places that an emoji moved within the five,
    and the share of tweets where one moved by more than one.
    """
    learner = Learner(world.stream.emojis)
    live(world, learner, lambda *_: None, last=500)
    before = _ranks(world.held_out.log_scores + learner.bias)
    most = max(learner.counts, key=lambda emoji: learner.counts[emoji].shown)
    rare = next(e for e in ("🗿", "🦄") if e in world.stream.emojis)
    for message in world.messages[:1000]:
        five = learner.five(world.stream.log_scores[message])
        for word in (Word(FeedbackKind.REMOVE, most), Word(FeedbackKind.CORRECT, rare)):
            learner.hear(said(word, (most,), five), MEMBERS, 1000)
    learner.learn()
    after = _ranks(world.held_out.log_scores + learner.bias)
    within = (before < 5) | (after < 5)
    moved = np.where(within, np.abs(np.minimum(before, 5) - np.minimum(after, 5)), 0).max(axis=1)
    return int(moved.max()), float((moved > 1).mean())


def _ranks(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    ranks: NDArray[np.intp] = np.argsort(np.argsort(-scores, axis=1), axis=1)
    return ranks


def fit_prior(worlds: Sequence[World], rounds: int = 200) -> NDArray[np.float64]:
    """Weights of the prior under which the counts of many communities are the likeliest (EM)."""
    evidence = []
    for world in worlds:
        learner = Learner(world.stream.emojis)
        live(world, learner, lambda *_: None, last=500)
        evidence.append(core.evidence(learner.counts))
    cells = np.concatenate(evidence)
    weights = np.full(cells.shape[1], 1.0 / cells.shape[1])
    for _ in range(rounds):
        share = weights * cells
        weights = (share / share.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights


def show(results: Sequence[Result], title: str) -> Table:
    """Acceptance and hit@1 in percent by kind of community and rival."""
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


def goals(results: Sequence[Result]) -> list[str]:
    """The goals with what was reached."""

    def gain(result: Result, rival: str, check: int) -> float:
        return result.figures[rival, check][0] - result.figures["none", 0][0]

    own = [result for result in results if result.kind in OWN]
    average = [result for result in results if result.kind == "average"]
    after = 100 * float(np.mean([gain(r, "counts", 500) for r in own]))
    reached = sum(gain(r, "counts", 2000) for r in own)
    share = reached / sum(gain(r, "oracle", 0) for r in own)
    worst = 100 * min(gain(r, "counts", check) for r in average for check in CHECKS)
    mean = 100 * min(np.mean([gain(r, "counts", check) for r in average]) for check in CHECKS)
    return [
        f"taste of their own, acceptance after 500: {after:+.1f} points (goal +8)",
        f"share of the oracle's gain after 2000: {share:.0%} (goal 60 %)",
        f"average communities at their worst: {mean:+.2f} points in the mean, {worst:+.2f} in the"
        " worst one (goal -0.5)",
    ]


def cost(predictor: Predictor, learner: Learner) -> str:
    """What a message costs more with a bias than without, and a renewal of the bias."""
    bias = learn(learner.counts).bias
    texts = ["we won the cup and nobody expected it"] * 64
    times = {}
    for name, given in (("without", {}), ("with", bias)):
        fastest = []
        for _ in range(20):
            start = time.process_time()
            predictor.predict(texts, 11, None, [given] * len(texts))
            fastest.append((time.process_time() - start) / len(texts))
        times[name] = 1000 * min(fastest)
    start = time.process_time()
    for _ in range(200):
        learn(learner.counts)
    renewal = 1000 * (time.process_time() - start) / 200
    return (
        f"{len(bias)} biases cost {times['with'] - times['without']:.3f} ms a message (goal 0.1);"
        f" learning them from {len(learner.counts)} emojis' counts {renewal:.2f} ms after a word"
    )


def main(
    focus: Annotated[float, typer.Option(min=0, max=1, help="Share on the subject.")] = FOCUS,
    seed: Annotated[int, typer.Option(help="Of the communities.")] = 1,
    fit: Annotated[bool, typer.Option("--fit", help="Fit the prior on other tweets.")] = False,
    retraining: Annotated[bool, typer.Option(help="With the rival that keeps texts.")] = True,
) -> None:
    """Print the table, the goals, what an adversary moves and what a message costs."""
    console, predictor = Console(), Predictor.load()
    tweets = read_tweets(predictor, "validation" if fit else "test", TWEETS)
    stream, held_out = tweets.part(HELD_OUT, TWEETS), tweets.part(0, HELD_OUT)
    similar = similarity(tweets.emojis)
    worlds = [
        World(each, stream, held_out, similar, focus, 100 * seed + number)
        for number, each in enumerate(communities(seed))
    ]
    if fit:
        weights = fit_prior(worlds)
        for width, weight in zip(core.WIDTHS, weights, strict=True):
            console.print(f"{width}: {weight:.3f}", highlight=False)
        return
    results = [
        run(world, retraining=retraining)
        for world in track(worlds, "communities", console=Console(stderr=True))
    ]
    console.print(show(results, f"percent after so many feedbacks; {focus:.0%} on the subject"))
    for line in goals(results):
        console.print(line, highlight=False)
    moved = [places_moved(world) for world in worlds if world.community.kind != "hostile"][::4]
    console.print(
        f"one member's thousand words move an emoji by {max(m for m, _ in moved)} places in the"
        f" five at most, by more than one in {max(s for _, s in moved):.2%} of tweets (goal 1, 0 %)"
    )
    learner = Learner(tweets.emojis)
    live(worlds[20], learner, lambda *_: None)
    console.print(cost(predictor, learner))


if __name__ == "__main__":
    typer.run(main)
