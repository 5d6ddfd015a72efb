"""Fifty simulated communities: what is gained by learning their tastes from counts alone.

``python -m benchmarks.taste [--focus SHARE] [--seed N] [--fit]`` needs ``../shared/data`` and the
``train`` extra. The rivals see the same messages: the model as it is; counts alone, as the bot
learns (``bot.core.community``, with its limits on each member's words); a retraining of the
emoji table for each community on the texts themselves, which the bot may not keep; and an oracle
that knows the taste. Acceptance is the expected share of kept answers on held-out tweets, hit@1 the
share of answers that are the wanted emoji. ``--fit`` prints the prior.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
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
from bot.core.places import swaps
from bot.core.policy import TOP
from bot.core.prior import WIDTHS, Prior
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


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A word that counted."""

    day: int
    removal: bool
    about: tuple[str, ...]


def _faded(words: Sequence[_Spoken], emoji: str, day: int) -> float:
    """How many of these words on an emoji are left."""
    fades = (
        0.5 ** ((day - word.day) / core.HALF_LIFE.days) for word in words if emoji in word.about
    )
    return float(sum(fades))


class Learner:
    """The counts of one community, as the store keeps them, and the bias that follows."""

    def __init__(self, emojis: tuple[str, ...]) -> None:
        """Know nothing."""
        self._emojis = emojis
        self._places = {emoji: i for i, emoji in enumerate(emojis)}
        self.counts: dict[str, Counts] = {}
        self.settled: dict[str, Counts] = {}
        self.bias = np.zeros(len(emojis), dtype=np.float32)
        self.since = np.zeros(len(emojis), dtype=np.float32)
        self._spoken: dict[int, list[_Spoken]] = defaultdict(list)
        self._today: tuple[int, set[int]] = 0, set()

    def show(self, counted: Mapping[str, Counts]) -> None:
        """Count what the bot shows."""
        self._add(self.counts, counted)
        self._add(self.settled, counted)

    def hear(self, counted: Mapping[str, Counts], member: int, day: int) -> None:
        """Count a word with the weight that the member has left."""
        removal = any(counts.removed for counts in counted.values())
        words = self._spoken[member]
        today = [word for word in words if word.day == day]
        kept = [word for word in words if word.removal == removal]
        weighs = min(
            (
                voice(max(sum(emoji in word.about for word in today), _faded(kept, emoji, day)))
                for emoji in touched(counted)
            ),
            default=1.0,
        )
        if len(today) >= core.WORDS_A_DAY or not weighs:
            return
        self._add(self.counts, counted, weighs)
        words.append(_Spoken(day, removal, touched(counted)))
        if self._today[0] != day:
            self._today = day, set()
        self._today[1].add(member)
        if len(self._today[1]) >= core.QUORUM:
            self.settle()

    def settle(self) -> None:
        """Enough members spoke today."""
        self.settled = dict(self.counts)

    def learn(self) -> None:
        """Renew the bias."""
        self.bias[:] = self._bias(self.settled)
        self.since[:] = self._bias(self.counts) - self.bias

    def _add(
        self, sums: dict[str, Counts], counted: Mapping[str, Counts], weighs: float = 1.0
    ) -> None:
        for emoji, counts in counted.items():
            sums[emoji] = sums.get(emoji, Counts()) + counts.times(weighs)

    def _bias(self, counts: Mapping[str, Counts]) -> NDArray[np.float32]:
        found = np.zeros(len(self._emojis), dtype=np.float32)
        for emoji, bias in learn(counts).bias.items():
            found[self._places[emoji]] = bias
        return found

    def fives(self, log_scores: NDArray[np.float32]) -> Answers:
        """(texts, 5): the emojis of the five, best first."""
        settled = log_scores + self.bias
        best = np.argpartition(-settled, TOP, axis=1)[:, : TOP + 1]
        scores = np.take_along_axis(settled, best, axis=1)
        best = np.take_along_axis(best, np.argsort(-scores, axis=1), axis=1)
        now = np.take_along_axis(settled, best, axis=1) + self.since[best]
        order = np.array([swaps(row)[:TOP] for row in now.tolist()])
        fives: Answers = np.take_along_axis(best, order, axis=1)
        return fives

    def answer(self, log_scores: NDArray[np.float32]) -> Answers:
        """The best emoji of each text."""
        return self.fives(log_scores)[:, 0]

    def five(self, log_scores: NDArray[np.float32]) -> dict[str, float]:
        """The best five of one text, best first, with the model's own scores."""
        return {
            self._emojis[i]: float(np.exp(log_scores[i])) for i in self.fives(log_scores[None])[0]
        }


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
    places = {emoji: i for i, emoji in enumerate(emojis)}
    for message, speaker in zip(world.messages, world.speakers, strict=True):
        scores = world.stream.log_scores[message]
        five = learner.five(scores)
        answer = places[next(iter(five))]
        chosen = (emojis[answer],)
        learner.show(shown(chosen, five))
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


@dataclass(frozen=True, slots=True)
class Adversary:
    """Members with one aim, who say a thousand words each."""

    members: int
    days: int
    settled: bool = False
    """Others have spoken since, about other things."""

    def __str__(self) -> str:
        """As the table names them."""
        days = "a day" if self.days == 1 else f"{self.days} days"
        who = "one member" if self.members == 1 else f"{self.members} members"
        return f"{who}, 1,000 words each in {days}{', settled by others' if self.settled else ''}"

    def speak(self, world: World, learner: Learner, down: str, up: str) -> None:
        """Remove one emoji and demand another one, wherever that is possible."""
        for number in range(WORDS):
            day = DAYS + number * self.days // WORDS
            five = learner.five(world.stream.log_scores[world.messages[number]])
            for member in range(MEMBERS, MEMBERS + self.members):
                for word in (Word(FeedbackKind.REMOVE, down), Word(FeedbackKind.CORRECT, up)):
                    learner.hear(said(word, (down,), five), member, day)
        if self.settled:
            learner.settle()
        learner.learn()


WORDS = 1000
ADVERSARIES = (
    Adversary(1, 1),
    Adversary(1, 60),
    Adversary(2, 1),
    Adversary(2, 60),
    Adversary(1, 1, settled=True),
    Adversary(1, 60, settled=True),
    Adversary(2, 60, settled=True),
    Adversary(5, 60),
)


def places_moved(world: World, adversary: Adversary) -> NDArray[np.intp]:
    """(aims, texts): by how many places an emoji moved at most in each five.

    After 500 feedbacks the adversary removes the community's most shown emoji and demands one that
    the model hardly expects, or the one that is shown second most.
    """
    moved = []
    learner = Learner(world.stream.emojis)
    live(world, learner, lambda *_: None, last=500)
    often = sorted(learner.counts, key=lambda emoji: -learner.counts[emoji].shown)
    rare = next(e for e in ("🗿", "🦄") if e in world.stream.emojis)
    before = _places(learner.fives(world.held_out.log_scores), len(world.stream.emojis))
    for up in (rare, often[1]):
        steered = deepcopy(learner)
        adversary.speak(world, steered, often[0], up)
        after = _places(steered.fives(world.held_out.log_scores), len(world.stream.emojis))
        moved.append(np.abs(before - after).max(axis=1))
    return np.array(moved)


def _places(fives: Answers, emojis: int) -> Answers:
    """(texts, emojis): the place of each emoji, TOP outside the five."""
    found = np.full((len(fives), emojis), TOP)
    np.put_along_axis(found, fives, np.arange(TOP)[None], axis=1)
    return found


def fitted_prior(worlds: Sequence[World]) -> Prior:
    """The prior under which these communities after 500 feedbacks are the likeliest."""
    counts = []
    for world in worlds:
        learner = Learner(world.stream.emojis)
        live(world, learner, lambda *_: None, last=500)
        counts.append(learner.settled)
    return core.prior_of(counts)


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
    fit_only: Annotated[bool, typer.Option("--fit", help="Fit the prior on other tweets.")] = False,
    retraining: Annotated[bool, typer.Option(help="With the rival that keeps texts.")] = True,
) -> None:
    """Print the table, the goals, what an adversary moves and what a message costs."""
    console, predictor = Console(), Predictor.load()
    tweets = read_tweets(predictor, "validation" if fit_only else "test", TWEETS)
    stream, held_out = tweets.part(HELD_OUT, TWEETS), tweets.part(0, HELD_OUT)
    similar = similarity(tweets.emojis)
    worlds = [
        World(each, stream, held_out, similar, focus, 100 * seed + number)
        for number, each in enumerate(communities(seed))
    ]
    if fit_only:
        prior = fitted_prior(worlds)
        for width, weight in zip(WIDTHS, prior.weights, strict=True):
            console.print(f"{width}: {weight:.3f}", highlight=False)
        console.print(f"strength {prior.strength:.0f}", highlight=False)
        return
    results = [
        run(world, retraining=retraining)
        for world in track(worlds, "communities", console=Console(stderr=True))
    ]
    console.print(show(results, f"percent after so many feedbacks; {focus:.0%} on the subject"))
    for line in goals(results):
        console.print(line, highlight=False)
    some = [world for world in worlds if world.community.kind != "hostile"][::4]
    for adversary in ADVERSARIES:
        moved = np.array([places_moved(world, adversary) for world in some])
        console.print(
            f"{adversary}: an emoji moves by {moved.max()} places in the five at most, by more"
            f" than one in {(moved > 1).mean():.3%} of tweets, {(moved > 1).mean(axis=2).max():.2%}"
            " in the worst community",
            highlight=False,
        )
    learner = Learner(tweets.emojis)
    live(worlds[20], learner, lambda *_: None)
    console.print(cost(predictor, learner))


if __name__ == "__main__":
    typer.run(main)
