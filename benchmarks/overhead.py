"""Processor time that preferences and embedding offsets add to a message."""

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.simulated_communities import Learner
from bot.core.preferences.counts import CommunityCounts
from bot.core.preferences.custom_emoji import MAX_CHOICES
from bot.core.preferences.posterior import Preferences, estimate_preferences
from bot.core.preferences.ranking import rank_with_pending
from model import Predictor
from model.embedding_offset import EmojiChoice

TEXTS = ["we won the cup and nobody expected it"] * 64
CUSTOM = tuple(f":{word}_parrot:" for word in ("party", "sad", "coffee", "deploy", "sleepy"))
ALLOWED = ("😂", "😭", "🔥", "🎉", "🙏", *CUSTOM)


def fastest(call: Callable[[], object], times: int = 20) -> float:
    """Return the least processor time of several calls, in milliseconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return 1000 * min(found)


def time_preferences(predictor: Predictor, learner: Learner) -> str:
    """Return the time that preferences add to a message, and the time to estimate them."""
    tally = CommunityCounts(learner.counts, learner.confirmed)
    preferences = replace(
        estimate_preferences(tally), pending_bias=dict.fromkeys(learner.counts, 0.1)
    )
    times = {}
    for name, given in (("without", Preferences()), ("with", preferences)):

        def answer(given: Preferences = given) -> None:
            for predictions in predictor.predict(TEXTS, 12, None, [given.bias] * len(TEXTS)):
                rank_with_pending(predictions, given)

        times[name] = fastest(answer) / len(TEXTS)
    start = time.process_time()
    for _ in range(200):
        estimate_preferences(tally)
    renewal = 1000 * (time.process_time() - start) / 200
    added = times["with"] - times["without"]
    return (
        f"{len(preferences.bias)} biases, none confirmed, cost {added:.3f} ms a message"
        f" (goal 0.1); estimating them from {len(learner.counts)} emojis' counts"
        f" {renewal:.2f} ms after a vote"
    )


def time_offsets(predictor: Predictor) -> str:
    """Return the time that embedding offsets add to a message, and the time to learn them."""
    names = ("🔥", *CUSTOM)
    texts = [f"{TEXTS[0]} for the {n}th time" for n in range(MAX_CHOICES)]
    choices = [EmojiChoice(text, names[n % len(names)]) for n, text in enumerate(texts)]
    moves = predictor.embedding_offsets(choices)
    without = fastest(lambda: predictor.predict(TEXTS, 6, ALLOWED))
    moved = fastest(lambda: predictor.predict(TEXTS, 6, ALLOWED, None, [moves] * len(TEXTS)))
    renewal = fastest(lambda: predictor.embedding_offsets(choices), times=3)
    return (
        f"{len(moves)} embedding offsets of custom emojis cost"
        f" {(moved - without) / len(TEXTS):.3f} ms a message; learning them from {len(choices)}"
        f" texts {renewal:.0f} ms, at most once a minute"
    )
