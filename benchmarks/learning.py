"""Gain of one retraining in a simulated community, through the real core and the real command.

Members post real tweets (held out from training; never committed). They use the emojis of the
tweets' authors, with one habit of their own: they laugh with 😭. They agree with what the bot
shows, remove it, or correct it. Then the real ``retrain`` runs, and a table shows what it changed
on messages of held-out members. Beside it stands an oracle, the old artifact with the habit built
in: no fit can learn more than that from the habit.

``python -m benchmarks.learning [FEEDBACKS]``; all files lie in a temporary folder. With 10000 it
also measures what retraining on so much feedback takes.
"""

import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.parquet
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from bot.core.chat_settings.schema import ChatSettings
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
)
from bot.core.messages.service import Service
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.dataset.pseudonymize import assign_split
from bot.i18n import TERMS_VERSION
from model import Prediction, Predictor, artifact
from model.emoji import ChosenEmoji, find_emojis
from model.evaluation.evaluate import rank
from model.evaluation.metrics import bootstrap_interval, hits
from model.text import clean

ROOT = Path(__file__).parents[1]
TWEETS = ROOT.parent / "shared" / "data" / "emoji_tweets" / "validation.parquet"
FEEDBACKS = 5000
MEMBERS = 400
HABIT = {"😂": "😭", "🤣": "😭"}
"""Emojis that the community replaces, and what by."""
NO_FEEDBACK_SHARE = 0.1
"""Share of shown emojis without feedback."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message and the emojis that the community would react with."""

    number: int
    author: MemberKey
    text: str
    fitting: frozenset[str]
    shows_habit: bool
    """True if others would have reacted with something else."""


class Oracle:
    """The old artifact with the habit built in: the scores of 😂 and 🤣 go to 😭."""

    def __init__(self, old: Predictor) -> None:
        """Take the artifact before retraining."""
        self._old = old

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` of all emojis for each text, best first."""
        emojis = self._old.emojis
        scores = np.exp(self._old.log_scores(self._old.encode([clean(text) for text in texts])))
        for usual, own in HABIT.items():
            scores[:, emojis.index(own)] += scores[:, emojis.index(usual)]
            scores[:, emojis.index(usual)] = 0
        best = np.argsort(-scores, axis=1)[:, :k]
        return [
            [Prediction(emojis[i], float(row[i])) for i in top]
            for row, top in zip(scores, best, strict=True)
        ]


class SilentPlatform:
    """A platform that shows nothing: members react to the outcome."""

    async def react(self, ref: MessageRef, emojis: object) -> None:
        """Accept and ignore."""

    async def reply(self, ref: MessageRef, predictions: object) -> None:
        """Accept and ignore."""


def read_posts() -> Iterator[Post]:
    """Yield tweets with one to three emojis, in random order, divided among the members."""
    texts = pyarrow.parquet.read_table(TWEETS)["text"].to_pylist()
    random.Random(7).shuffle(texts)  # noqa: S311 - not for secrets
    for number, text in enumerate(texts):
        used = dict.fromkeys(find_emojis(text))
        if 1 <= len(used) <= 3:
            bare = text
            for emoji in used:
                bare = bare.replace(emoji, " ")
            author = MemberKey(f"{number % MEMBERS:032x}")
            fitting = frozenset(HABIT.get(e, e) for e in used)
            yield Post(number, author, bare, fitting, not HABIT.keys().isdisjoint(used))


async def converse(service: Service, feedbacks: int) -> int:
    """Let members post and react until there is enough feedback; return the number of posts."""
    rng, recorded = random.Random(8), 0  # noqa: S311 - not for secrets
    for count, post in enumerate(read_posts(), 1):
        ref = MessageRef("discord", "1", "1", str(post.number))
        message = IncomingMessage(
            ref, post.author, post.text, addressed=True, language="en", may_store_text=True
        )
        outcome = await service.on_message(message, SilentPlatform())
        for feedback in react(post, outcome, rng):
            recorded += await service.on_feedback(feedback) is FeedbackResult.RECORDED
        if recorded >= feedbacks:
            return count
    raise SystemExit("there are too few tweets for so much feedback")


def react(post: Post, outcome: Outcome, rng: random.Random) -> Iterator[Feedback]:
    """Yield a member's feedback: agree with what fits, else remove it or correct it."""
    if not outcome.shown or rng.random() < NO_FEEDBACK_SHARE:
        return
    actor = MemberKey(f"{rng.randrange(MEMBERS):032x}")

    def feedback(kind: FeedbackKind, emoji: str) -> Feedback:
        return Feedback(
            outcome.ref,
            actor,
            kind,
            ChosenEmoji(emoji),
            FeedbackSource.REACTION,
            at=datetime.now(UTC),
        )

    shown = outcome.shown[0]
    if shown in post.fitting:
        yield feedback(FeedbackKind.AGREE, shown)
        return
    if rng.random() < 0.3:
        yield feedback(FeedbackKind.REMOVE, shown)
    yield feedback(FeedbackKind.CORRECT, rng.choice(sorted(post.fitting)))


async def simulate(file: Path, feedbacks: int) -> int:
    """Fill a database with the community's feedback; return the number of posts."""
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    predictor = BatchingPredictor(Predictor.load())
    # The default shows less: this community wants an emoji on every message.
    eager = ChatSettings(confidence_threshold=0.0, max_per_minute=None, emoji_deny=frozenset())
    store = SqlStore(engine, eager, TERMS_VERSION)
    try:
        for number in range(MEMBERS):
            await store.members.set_consent("discord", MemberKey(f"{number:032x}"), TERMS_VERSION)
        return await converse(Service(predictor, store), feedbacks)
    finally:
        await predictor.aclose()
        await engine.dispose()


def retrain(folder: Path) -> tuple[bool, float, float]:
    """Run ``retrain`` on that database.

    Return if the candidate passed, the elapsed seconds, and the seconds of processor time.
    """
    environment = {
        **os.environ,
        "EMOJI_REACTOR__DATABASE__URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        "EMOJI_REACTOR__MODEL__FOLDER": str(folder / "artifacts"),
    }
    command = [sys.executable, "-m", "bot", "retrain", "--out", str(folder / "run")]
    start = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - this program
        [*command, "--threads", "2"], env=environment, cwd=ROOT, check=False
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - start
    return ended.returncode == 0, seconds, used.ru_utime + used.ru_stime


def community_hits(candidate: Path, held_out: list[Post]) -> Table:
    """Return hit@5 on posts of held-out members, before and after."""
    columns = ("held-out members", "posts", "before", "after", "difference", "oracle")
    table = Table(*columns, title="hit@5, %")
    old = Predictor.load()
    rankers = (old, Predictor(artifact.load(candidate)), Oracle(old))
    texts, fitting = [p.text for p in held_out], [p.fitting for p in held_out]
    found = [hits(rank(ranker, texts, None)[0], fitting, 5).astype(float) for ranker in rankers]
    parts = {
        "where the habit shows (others: 😂 🤣)": [p.shows_habit for p in held_out],
        "who laugh or cry with 😭": ["😭" in p.fitting for p in held_out],
        "all": [True] * len(held_out),
    }
    for name, part in parts.items():
        before, after, oracle = (hit[np.array(part)] for hit in found)
        low, high = bootstrap_interval(after - before)
        change = (after - before).mean()
        table.add_row(
            *(name, f"{len(before):,}", f"{before.mean() * 100:.1f}", f"{after.mean() * 100:.1f}"),
            f"{change * 100:+.1f} [{low * 100:+.1f}, {high * 100:+.1f}]",
            f"{oracle.mean() * 100:.1f} ({(oracle - before).mean() * 100:+.1f})",
        )
    return table


def main(
    feedbacks: Annotated[int, typer.Argument(min=1, help="Pieces of feedback.")] = FEEDBACKS,
) -> None:
    """Simulate, retrain, and print the gain."""
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        start = time.perf_counter()
        count = asyncio.run(simulate(folder / "bot.db", feedbacks))
        seconds = time.perf_counter() - start
        console.print(f"{feedbacks:,} feedbacks on {count:,} posts in {seconds:.0f} s")
        passed, seconds, cpu_seconds = retrain(folder)
        result = "promoted" if passed else "refused"
        console.print(
            f"retrained in {seconds:.0f} s, {cpu_seconds:.0f} s of processor time: {result}"
        )
        held_out = [post for post in read_posts() if assign_split(post.author) == "test"]
        console.print(community_hits(folder / "run" / "artifact", held_out))


if __name__ == "__main__":
    run_benchmark(main)
