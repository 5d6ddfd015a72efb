"""Simulated communities that give feedback, and the counts and biases from it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.communities import AGREES, CORRECTS, NOISE, Community, Members, Tweets
from bot.core.events import FeedbackKind
from bot.core.messages.policy import TOP_K
from bot.core.preferences.counts import (
    HALF_LIFE,
    MAX_PAST_SHOWINGS,
    MAX_VOTES_PER_DAY,
    QUORUM,
    Counts,
    Vote,
    count_shown,
    count_vote,
    reweight_shown,
    shown_weight,
    vote_weight,
    voted_emojis,
)
from bot.core.preferences.posterior import posterior_preferences
from bot.core.preferences.ranking import swap_within_pairs

CHECKS = (50, 200, 500, 2000)
"""Feedbacks after which figures are taken."""
MEMBERS, DAYS = 40, 60
"""Members who give the feedback; the busiest gives ten times as much as the tenth."""

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
        """Return acceptance and hit@1 of one prediction for each held-out tweet."""
        hits = answers == self.held_wanted
        return float(self.kept(answers) @ self.held_weights), float(hits @ self.held_weights)

    def kept(self, answers: Answers) -> NDArray[np.float64]:
        """(texts,): how likely one answer to each held-out tweet is kept."""
        return self.members.keep(answers, self.held_wanted)

    def words(self, message: int, answer: int) -> list[tuple[FeedbackKind, int]]:
        """Return the feedback on a shown emoji; None if nobody reacts."""
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
class _CountedVote:
    """A vote that was counted."""

    day: int
    removal: bool
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """Emojis shown on a member's message."""

    chosen: tuple[str, ...]
    scores: Mapping[str, float]
    """Model scores of the top five."""
    member: int
    day: int
    weight: float
    """With which it was counted."""


def _decayed_count(these: Sequence[tuple[int, Sequence[str]]], emoji: str, day: int) -> float:
    """Return the decayed number of votes or showings, by day, of an emoji."""
    fades = (0.5 ** ((day - then) / HALF_LIFE.days) for then, about in these if emoji in about)
    return float(sum(fades))


class Learner:
    """The counts of one community, as the store keeps them, and the bias that follows."""

    def __init__(self, emojis: tuple[str, ...]) -> None:
        """Start without counts."""
        self._emojis = emojis
        self._places = {emoji: i for i, emoji in enumerate(emojis)}
        self.counts: dict[str, Counts] = {}
        self.confirmed: dict[str, Counts] = {}
        self.bias = np.zeros(len(emojis), dtype=np.float32)
        self.pending_bias = np.zeros(len(emojis), dtype=np.float32)
        self._spoken: dict[int, list[_CountedVote]] = defaultdict(list)
        self._shown: dict[int, list[tuple[int, Sequence[str]]]] = defaultdict(list)
        self._today: tuple[int, set[int]] = 0, set()

    def show(
        self, chosen: tuple[str, ...], scores: Mapping[str, float], member: int, day: int
    ) -> Showing:
        """Count shown emojis."""
        earlier = self._shown[member][-MAX_PAST_SHOWINGS:]
        weighs = shown_weight(max(_decayed_count(earlier, emoji, day) for emoji in chosen))
        self._shown[member].append((day, chosen))
        self._add(count_shown(chosen, scores), weighs)
        return Showing(chosen, scores, member, day, weighs)

    def vote(self, word: Vote, on: Showing) -> None:
        """Count a vote with the member's vote weight."""
        counted = count_vote(word, on.chosen, on.scores)
        about = voted_emojis(counted)
        removal = word.kind in (FeedbackKind.REMOVE, FeedbackKind.DISLIKE)
        words = self._spoken[on.member]
        today = [(each.day, each.about) for each in words if each.day == on.day]
        kept = [(each.day, each.about) for each in words if each.removal == removal]
        earlier = (max(_decayed_count(some, e, on.day) for some in (today, kept)) for e in about)
        weighs = vote_weight(max(earlier, default=0.0)) if len(today) < MAX_VOTES_PER_DAY else 0.0
        self._add(reweight_shown(word, on.chosen, on.scores, weighs - on.weight), 1.0)
        if not weighs:
            return
        self._add(counted, weighs)
        words.append(_CountedVote(on.day, removal, about))
        if self._today[0] != on.day:
            self._today = on.day, set()
        self._today[1].add(on.member)
        if len(self._today[1]) >= QUORUM:
            self.confirm()

    def confirm(self) -> None:
        """Confirm all counts."""
        self.confirmed = dict(self.counts)

    def estimate(self) -> None:
        """Estimate the biases from the counts."""
        self.bias[:] = self._bias(self.confirmed)
        self.pending_bias[:] = self._bias(self.counts) - self.bias

    def _add(self, counted: Mapping[str, Counts], weight: float) -> None:
        for emoji, counts in counted.items():
            self.counts[emoji] = self.counts.get(emoji, Counts()) + counts.scaled(weight)

    def _bias(self, counts: Mapping[str, Counts]) -> NDArray[np.float32]:
        found = np.zeros(len(self._emojis), dtype=np.float32)
        for emoji, bias in posterior_preferences(counts).bias.items():
            found[self._places[emoji]] = bias
        return found

    def top_five(self, log_scores: NDArray[np.float32]) -> Answers:
        """(texts, 5): the emojis of the five, best first."""
        confirmed = log_scores + self.bias
        best = np.argpartition(-confirmed, TOP_K, axis=1)[:, : TOP_K + 1]
        scores = np.take_along_axis(confirmed, best, axis=1)
        best = np.take_along_axis(best, np.argsort(-scores, axis=1), axis=1)
        now = np.take_along_axis(confirmed, best, axis=1) + self.pending_bias[best]
        order = np.array([swap_within_pairs(row)[:TOP_K] for row in now.tolist()])
        fives: Answers = np.take_along_axis(best, order, axis=1)
        return fives

    def answer(self, log_scores: NDArray[np.float32]) -> Answers:
        """Return the best emoji of each text."""
        return self.top_five(log_scores)[:, 0]

    def top_five_scores(self, log_scores: NDArray[np.float32]) -> dict[str, float]:
        """Return the top five of one text, best first, with their model scores."""
        return {
            self._emojis[i]: float(np.exp(log_scores[i]))
            for i in self.top_five(log_scores[None])[0]
        }


@dataclass(frozen=True, slots=True)
class FeedbackLog:
    """Feedback of a community up to a check, with the texts that only the retraining reads."""

    messages: list[int]
    words: list[list[tuple[FeedbackKind, int]]]


def live(
    world: World,
    learner: Learner,
    check: Callable[[int, FeedbackLog], None],
    last: int = CHECKS[-1],
) -> None:
    """Let a community talk until it has given so many feedbacks; ``check`` at each of CHECKS."""
    heard, emojis = FeedbackLog([], []), world.stream.emojis
    places = {emoji: i for i, emoji in enumerate(emojis)}
    for message, speaker in zip(world.messages, world.speakers, strict=True):
        scores = world.stream.log_scores[message]
        five = learner.top_five_scores(scores)
        answer = places[next(iter(five))]
        day = len(heard.words) * DAYS // CHECKS[-1]
        showing = learner.show((emojis[answer],), five, int(speaker), day)
        words = world.words(message, answer)
        if not words:
            continue
        for kind, emoji in words:
            learner.vote(Vote(kind, emojis[emoji]), showing)
        # Then a word changes little: renewing the bias at every third one halves the time.
        if len(heard.words) < 200 or len(heard.words) % 3 == 1:
            learner.estimate()
        heard.messages.append(int(message))
        heard.words.append(words)
        if len(heard.words) in CHECKS:
            check(len(heard.words), heard)
        if len(heard.words) >= last:
            return
