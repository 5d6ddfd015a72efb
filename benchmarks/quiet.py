"""How often the bot reacts in communities with high and with low acceptance.

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

MESSAGES, WINDOW = 2000, 500
SECONDS = 10.0
"""Between two messages."""
SETTINGS = ChatSettings(max_per_minute=4)
_MESSAGE = IncomingMessage(MessageRef("console", "c", "c", "m"), MemberKey(""), "")


@dataclass(frozen=True, slots=True)
class Talk:
    """Outcomes of a community's messages."""

    answered: list[bool]
    kept: list[bool]
    """Of the answers."""
    own: float
    last: float
    """The least score at the start, and at the end."""
    busiest: int
    """Answers in the busiest minute."""


def talk(world: World, own: float, aim: float | None = SETTINGS.target_acceptance) -> Talk:
    """Let a community write, and say what it thinks of the answers."""
    learner, pace = Learner(world.stream.emojis), RateWindow()
    answered, kept, times, least = [], [], list[float](), own
    for number, message in enumerate(world.messages[:MESSAGES]):
        now = number * SECONDS
        chances = np.exp(world.stream.log_scores[message] + learner.bias)
        best = int(chances.argmax())
        speaks = bool(chances[best] / chances.sum() >= least)
        speaks = speaks and skip_by_pace(_MESSAGE, SETTINGS, pace.pace("c", now)) is None
        answered.append(speaks)
        if not speaks:
            continue
        pace.add("c", now)
        times.append(now)
        words = _hear(world, learner, number, best)
        kept.append(all(kind is FeedbackKind.AGREE for kind, _ in words))
        if words:
            learner.estimate()
        least = adapt_threshold(
            own, aim, estimate_preferences(CommunityCounts(learner.counts, learner.confirmed))
        )
    busiest = max((sum(t - WINDOW_SECONDS < u <= t for u in times) for t in times), default=0)
    return Talk(answered, kept, own, least, busiest)


def _hear(
    world: World, learner: Learner, number: int, answer: int
) -> list[tuple[FeedbackKind, int]]:
    """Count an answer to a message, and what is said of it."""
    message, emojis = world.messages[number], world.stream.emojis
    five = learner.top_five_scores(world.stream.log_scores[message])
    speaker, day = int(world.speakers[number]), number * DAYS // MESSAGES
    showing = learner.show((emojis[answer],), five, speaker, day)
    words = world.words(message, answer)
    for kind, emoji in words:
        learner.vote(Vote(kind, emojis[emoji]), showing)
    return words


def show(talks: Sequence[tuple[str, Talk]]) -> Table:
    """By mood: how much is answered early and late, what is kept, and the caps."""
    table = Table(
        "communities",
        f"answered of the first {WINDOW}",
        f"of the last {WINDOW}",
        "kept of all",
        "least score, first and last",
        f"most in a minute (cap {SETTINGS.max_per_minute})",
        title=f"percent; the aim is {SETTINGS.target_acceptance or 0:.0%} kept",
    )
    for mood in dict.fromkeys(mood for mood, _ in talks):
        few = [talk for name, talk in talks if name == mood]
        first = np.mean([np.mean(each.answered[:WINDOW]) for each in few])
        last = np.mean([np.mean(each.answered[-WINDOW:]) for each in few])
        kept = np.mean([answer for each in few for answer in each.kept])
        least = np.mean([each.last for each in few])
        table.add_row(
            f"{len(few)} {mood}",
            f"{100 * first:.1f}",
            f"{100 * last:.1f}",
            f"{100 * kept:.1f}",
            f"{few[0].own:.2f} to {least:.2f}",
            str(max(each.busiest for each in few)),
        )
    return table
