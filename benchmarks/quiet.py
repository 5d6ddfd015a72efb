"""Share of messages with a reaction in communities with high and with low acceptance.

Messages follow one another; the bot reacts if its best score reaches the confidence threshold,
which follows acceptance (``bot.core.preferences.threshold``), within the rate limit (``policy``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from benchmarks.simulated_communities import DAYS, Learner, World
from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import FeedbackKind, IncomingMessage, MemberKey, MessageRef
from bot.core.messages.pace import WINDOW_SECONDS, RateWindow
from bot.core.messages.policy import skip_by_pace
from bot.core.preferences.counts import CommunityCounts, Vote
from bot.core.preferences.posterior import estimate_preferences
from bot.core.preferences.threshold import adapt_threshold

MESSAGES, EDGE_MESSAGES = 2000, 500
MESSAGE_INTERVAL_SECONDS = 10.0
"""Time between two messages."""
SETTINGS = ChatSettings(max_per_minute=4)
_MESSAGE = IncomingMessage(MessageRef("console", "c", "c", "m"), MemberKey(""), "")


@dataclass(frozen=True, slots=True)
class ReactionHistory:
    """Reactions to the messages of a community, and their feedback."""

    reacted: list[bool]
    kept: list[bool]
    """For each reaction."""
    first_threshold: float
    last_threshold: float
    """Confidence threshold at the start and at the end."""
    max_in_minute: int
    """Largest number of reactions in a minute."""


def simulate_reactions(
    world: World,
    artifact_threshold: float,
    target_acceptance: float | None = SETTINGS.target_acceptance,
) -> ReactionHistory:
    """Simulate messages, reactions and feedback of a community."""
    learner, pace = Learner(world.stream.emojis), RateWindow()
    answered, kept, times, threshold = [], [], list[float](), artifact_threshold
    for number, message in enumerate(world.messages[:MESSAGES]):
        now = number * MESSAGE_INTERVAL_SECONDS
        chances = np.exp(world.stream.log_scores[message] + learner.bias)
        best = int(chances.argmax())
        reacts = bool(chances[best] / chances.sum() >= threshold)
        reacts = reacts and skip_by_pace(_MESSAGE, SETTINGS, pace.pace("c", now)) is None
        answered.append(reacts)
        if not reacts:
            continue
        pace.add("c", now)
        times.append(now)
        feedback = _record_feedback(world, learner, number, best)
        kept.append(all(kind is FeedbackKind.AGREE for kind, _ in feedback))
        if feedback:
            learner.estimate()
        threshold = adapt_threshold(
            artifact_threshold,
            target_acceptance,
            estimate_preferences(CommunityCounts(learner.counts, learner.confirmed)),
        )
    busiest = max((sum(t - WINDOW_SECONDS < u <= t for u in times) for t in times), default=0)
    return ReactionHistory(answered, kept, artifact_threshold, threshold, busiest)


def _record_feedback(
    world: World, learner: Learner, number: int, answer: int
) -> list[tuple[FeedbackKind, int]]:
    """Count a shown emoji and the feedback on it."""
    message, emojis = world.messages[number], world.stream.emojis
    five = learner.top_five_scores(world.stream.log_scores[message])
    author, day = int(world.authors[number]), number * DAYS // MESSAGES
    showing = learner.show((emojis[answer],), five, author, day)
    feedback = world.draw_feedback(message, answer)
    for kind, emoji in feedback:
        learner.vote(Vote(kind, emojis[emoji]), showing)
    return feedback


def show(histories: Sequence[tuple[str, ReactionHistory]]) -> Table:
    """Return reactions, acceptance and thresholds by mood."""
    table = Table(
        "communities",
        f"reactions to the first {EDGE_MESSAGES}",
        f"to the last {EDGE_MESSAGES}",
        "kept of all",
        "threshold, first and last",
        f"most in a minute (limit {SETTINGS.max_per_minute})",
        title=f"percent; the target acceptance is {SETTINGS.target_acceptance or 0:.0%}",
    )
    for mood in dict.fromkeys(mood for mood, _ in histories):
        selected = [history for name, history in histories if name == mood]
        first = np.mean([np.mean(history.reacted[:EDGE_MESSAGES]) for history in selected])
        last = np.mean([np.mean(history.reacted[-EDGE_MESSAGES:]) for history in selected])
        kept = np.mean([answer for history in selected for answer in history.kept])
        last_threshold = np.mean([history.last_threshold for history in selected])
        table.add_row(
            f"{len(selected)} {mood}",
            f"{100 * first:.1f}",
            f"{100 * last:.1f}",
            f"{100 * kept:.1f}",
            f"{selected[0].first_threshold:.2f} to {last_threshold:.2f}",
            str(max(history.max_in_minute for history in selected)),
        )
    return table
