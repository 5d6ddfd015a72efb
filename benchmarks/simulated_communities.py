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

EmojiIndices = NDArray[np.intp]


@dataclass
class World:
    """A community with its messages, and held-out ones on which it is measured."""

    community: Community
    stream: Tweets
    held_out: Tweets
    similar: NDArray[np.bool_]
    focus: float
    seed: int
    generator: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        """Draw the community's messages and their authors."""
        self.generator = np.random.default_rng(self.seed)
        self.members = Members(self.community, self.stream.emojis, self.similar)
        self.wanted = self.members.wanted_emojis(self.stream)
        self.held_out_wanted = self.members.wanted_emojis(self.held_out)
        self.held_out_weights = self.members.message_weights(self.held_out, self.focus)
        weights = self.members.message_weights(self.stream, self.focus)
        busy = 1.0 / np.arange(1, MEMBERS + 1)
        self.messages = self.generator.choice(len(weights), 4 * CHECKS[-1], p=weights)
        self.authors = self.generator.choice(MEMBERS, len(self.messages), p=busy / busy.sum())

    def measure(self, answers: EmojiIndices) -> tuple[float, float]:
        """Return acceptance and hit@1 of one prediction for each held-out tweet."""
        hits = answers == self.held_out_wanted
        return float(self.keep_probabilities(answers) @ self.held_out_weights), float(
            hits @ self.held_out_weights
        )

    def keep_probabilities(self, answers: EmojiIndices) -> NDArray[np.float64]:
        """Return the probability that one emoji on each held-out tweet is kept."""
        return self.members.keep_probabilities(answers, self.held_out_wanted)

    def draw_feedback(self, message: int, answer: int) -> list[tuple[FeedbackKind, int]]:
        """Return the feedback on a shown emoji, which may be none."""
        wanted = self.wanted[message]
        kept = self.members.keep_probabilities(np.array([answer]), np.array([wanted]))[0]
        if self.generator.random() < kept:
            return [(FeedbackKind.AGREE, answer)] if self.generator.random() < AGREES else []
        votes = [(FeedbackKind.REMOVE, answer)]
        if self.generator.random() < CORRECTS:
            if self.generator.random() < NOISE:
                chances = np.exp(self.stream.log_scores[message].astype(float))
                wanted = self.generator.choice(len(chances), p=chances / chances.sum())
            if wanted != answer:
                votes.append((FeedbackKind.CORRECT, int(wanted)))
        return votes


@dataclass(frozen=True, slots=True)
class _CountedVote:
    """A vote that was counted."""

    day: int
    removal: bool
    emojis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """Emojis shown on a member's message."""

    emojis: tuple[str, ...]
    scores: Mapping[str, float]
    """Model scores of the top five."""
    member: int
    day: int
    weight: float
    """Weight with which it was counted."""


def _decayed_count(occurrences: Sequence[tuple[int, Sequence[str]]], emoji: str, day: int) -> float:
    """Return the decayed number of votes or showings, by day, of an emoji."""
    fades = (
        0.5 ** ((day - then) / HALF_LIFE.days) for then, emojis in occurrences if emoji in emojis
    )
    return float(sum(fades))


class Learner:
    """The counts of one community, as the store keeps them, and the bias that follows."""

    def __init__(self, emojis: tuple[str, ...]) -> None:
        """Start without counts."""
        self._emojis = emojis
        self._index = {emoji: i for i, emoji in enumerate(emojis)}
        self.counts: dict[str, Counts] = {}
        self.confirmed: dict[str, Counts] = {}
        self.bias = np.zeros(len(emojis), dtype=np.float32)
        self.pending_bias = np.zeros(len(emojis), dtype=np.float32)
        self._votes: dict[int, list[_CountedVote]] = defaultdict(list)
        self._shown: dict[int, list[tuple[int, Sequence[str]]]] = defaultdict(list)
        self._today: tuple[int, set[int]] = 0, set()

    def show(
        self, chosen: tuple[str, ...], scores: Mapping[str, float], member: int, day: int
    ) -> Showing:
        """Count shown emojis."""
        earlier = self._shown[member][-MAX_PAST_SHOWINGS:]
        weight = shown_weight(max(_decayed_count(earlier, emoji, day) for emoji in chosen))
        self._shown[member].append((day, chosen))
        self._add(count_shown(chosen, scores), weight)
        return Showing(chosen, scores, member, day, weight)

    def vote(self, vote: Vote, showing: Showing) -> None:
        """Count a vote with the member's vote weight."""
        counted = count_vote(vote, showing.emojis, showing.scores)
        emojis = voted_emojis(counted)
        removal = vote.kind in (FeedbackKind.REMOVE, FeedbackKind.DISLIKE)
        votes = self._votes[showing.member]
        today = [
            (earlier_vote.day, earlier_vote.emojis)
            for earlier_vote in votes
            if earlier_vote.day == showing.day
        ]
        kept = [
            (earlier_vote.day, earlier_vote.emojis)
            for earlier_vote in votes
            if earlier_vote.removal == removal
        ]
        earlier = (
            max(_decayed_count(some, e, showing.day) for some in (today, kept)) for e in emojis
        )
        weight = vote_weight(max(earlier, default=0.0)) if len(today) < MAX_VOTES_PER_DAY else 0.0
        self._add(
            reweight_shown(vote, showing.emojis, showing.scores, weight - showing.weight), 1.0
        )
        if not weight:
            return
        self._add(counted, weight)
        votes.append(_CountedVote(showing.day, removal, emojis))
        if self._today[0] != showing.day:
            self._today = showing.day, set()
        self._today[1].add(showing.member)
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
            found[self._index[emoji]] = bias
        return found

    def top_five(self, log_scores: NDArray[np.float32]) -> EmojiIndices:
        """Return the top five of each text, best first, shape (texts, 5)."""
        confirmed = log_scores + self.bias
        best = np.argpartition(-confirmed, TOP_K, axis=1)[:, : TOP_K + 1]
        scores = np.take_along_axis(confirmed, best, axis=1)
        best = np.take_along_axis(best, np.argsort(-scores, axis=1), axis=1)
        now = np.take_along_axis(confirmed, best, axis=1) + self.pending_bias[best]
        order = np.array([swap_within_pairs(row)[:TOP_K] for row in now.tolist()])
        fives: EmojiIndices = np.take_along_axis(best, order, axis=1)
        return fives

    def answer(self, log_scores: NDArray[np.float32]) -> EmojiIndices:
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
    feedback: list[list[tuple[FeedbackKind, int]]]


def simulate_feedback(
    world: World,
    learner: Learner,
    check: Callable[[int, FeedbackLog], None],
    last: int = CHECKS[-1],
) -> None:
    """Simulate messages until a number of feedbacks; call ``check`` at each of CHECKS."""
    log, emojis = FeedbackLog([], []), world.stream.emojis
    index = {emoji: i for i, emoji in enumerate(emojis)}
    for message, author in zip(world.messages, world.authors, strict=True):
        scores = world.stream.log_scores[message]
        five = learner.top_five_scores(scores)
        answer = index[next(iter(five))]
        day = len(log.feedback) * DAYS // CHECKS[-1]
        showing = learner.show((emojis[answer],), five, int(author), day)
        votes = world.draw_feedback(message, answer)
        if not votes:
            continue
        for kind, emoji in votes:
            learner.vote(Vote(kind, emojis[emoji]), showing)
        # Later votes change little: estimating the bias at every third one halves the time.
        if len(log.feedback) < 200 or len(log.feedback) % 3 == 1:
            learner.estimate()
        log.messages.append(int(message))
        log.feedback.append(votes)
        if len(log.feedback) in CHECKS:
            check(len(log.feedback), log)
        if len(log.feedback) >= last:
            return
