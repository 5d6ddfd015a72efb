"""Does it learn? A simulated community talks to the real core, and one retraining follows.

Members post real tweets (held out from training; never committed). They use the emojis that the
tweets' authors used, but for a taste of their own: they laugh with 😭. They react to what the bot
shows, take it away, or put their own emoji there. Then the real ``retrain`` runs, and a table says
what it changed: on messages of the community's held-out members, and on the frozen benchmarks.

``python -m benchmarks.learning [FEEDBACKS]``; everything it writes lies in a temporary folder.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
from rich.console import Console
from rich.table import Table

from bot.core.batching import BatchingPredictor
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
)
from bot.core.policy import ChatSettings
from bot.core.service import Service
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.learning.blinding import split_of
from bot.texts import TERMS_VERSION
from model import Predictor, artifact
from model.emoji import find_emojis
from model.evaluation import rank
from model.metrics import bootstrap_interval, hits

ROOT = Path(__file__).parents[1]
TWEETS = ROOT.parent / "shared" / "data" / "emoji_tweets" / "validation.parquet"
FEEDBACKS = 5000
MEMBERS = 400
TASTE = {"😂": "😭", "🤣": "😭"}
"""What the community uses instead."""
SILENT = 0.1
"""Share of answers that nobody says anything about."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message and what the community would react with."""

    number: int
    author: MemberKey
    text: str
    fitting: frozenset[str]


class Platform:
    """Shows nothing to anybody: the members look at the outcome."""

    async def react(self, ref: MessageRef, emojis: object) -> None:
        """Take it."""

    async def reply(self, ref: MessageRef, predictions: object) -> None:
        """Take it."""


def posts() -> Iterator[Post]:
    """Tweets with one to three emojis, in random order, shared out among the members."""
    texts = pyarrow.parquet.read_table(TWEETS)["text"].to_pylist()
    random.Random(7).shuffle(texts)  # noqa: S311 - not for secrets
    for number, text in enumerate(texts):
        used = dict.fromkeys(find_emojis(text))
        if 1 <= len(used) <= 3:
            bare = text
            for emoji in used:
                bare = bare.replace(emoji, " ")
            author = MemberKey(f"{number % MEMBERS:032x}")
            yield Post(number, author, bare, frozenset(TASTE.get(e, e) for e in used))


async def talk(service: Service, wanted: int) -> int:
    """Let members post and react until there is so much feedback; how many posts it took."""
    luck, given = random.Random(8), 0  # noqa: S311 - not for secrets
    for heard, post in enumerate(posts(), 1):
        ref = MessageRef("discord", "1", "1", str(post.number))
        message = IncomingMessage(
            ref, post.author, post.text, addressed=True, language="en", storable=True
        )
        outcome = await service.on_message(message, Platform())
        for word in said(post, outcome, luck):
            given += await service.on_feedback(word)
        if given >= wanted:
            return heard
    raise SystemExit("there are too few tweets for so much feedback")


def said(post: Post, outcome: Outcome, luck: random.Random) -> Iterator[Feedback]:
    """What a member says: agrees with what fits, else takes it away or puts their own there."""
    if not outcome.chosen or luck.random() < SILENT:
        return
    actor = MemberKey(f"{luck.randrange(MEMBERS):032x}")

    def word(kind: FeedbackKind, emoji: str) -> Feedback:
        return Feedback(
            outcome.ref, actor, kind, emoji, FeedbackSource.REACTION, at=datetime.now(UTC)
        )

    shown = outcome.chosen[0]
    if shown in post.fitting:
        yield word(FeedbackKind.AGREE, shown)
        return
    if luck.random() < 0.3:
        yield word(FeedbackKind.REMOVE, shown)
    yield word(FeedbackKind.CORRECT, luck.choice(sorted(post.fitting)))


async def simulate(file: Path, wanted: int) -> int:
    """The community's weeks in a database; how many posts there were."""
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    predictor = BatchingPredictor(Predictor.load())
    # The default is more cautious: this community lets the bot speak.
    eager = ChatSettings(threshold=0.0, per_minute=None, emoji_deny=frozenset())
    store = SqlStore(engine, eager, TERMS_VERSION)
    try:
        for number in range(MEMBERS):
            await store.set_consent("discord", MemberKey(f"{number:032x}"), TERMS_VERSION)
        return await talk(Service(predictor, store), wanted)
    finally:
        await predictor.aclose()
        await engine.dispose()


def retrain(folder: Path) -> tuple[bool, float]:
    """The real command on that database; whether the candidate passed, and seconds."""
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
    return ended.returncode == 0, time.perf_counter() - start


def community_hits(candidate: Path, held_out: list[Post]) -> Table:
    """hit@5 on posts of members whom the fit did not hear, before and after."""
    table = Table("held-out members", "posts", "before", "after", "difference", title="hit@5, %")
    old = Predictor.load()
    new = Predictor(artifact.load(candidate))
    laughing = [post for post in held_out if "😭" in post.fitting]
    for name, some in (("who laugh with 😭", laughing), ("all", held_out)):
        before, after = (
            hits(rank(ranker, [p.text for p in some], None)[0], [p.fitting for p in some], 5)
            for ranker in (old, new)
        )
        change = after.astype(float) - before.astype(float)
        low, high = bootstrap_interval(change)
        table.add_row(
            name,
            f"{len(some):,}",
            f"{before.mean() * 100:.1f}",
            f"{after.mean() * 100:.1f}",
            f"{change.mean() * 100:+.1f} [{low * 100:+.1f}, {high * 100:+.1f}]",
        )
    return table


def main() -> None:
    """Simulate, retrain, print."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else FEEDBACKS
    if not TWEETS.exists():
        raise SystemExit(f"{TWEETS} is not here")
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        start = time.perf_counter()
        heard = asyncio.run(simulate(folder / "bot.db", wanted))
        seconds = time.perf_counter() - start
        console.print(f"{wanted:,} feedbacks on {heard:,} posts in {seconds:.0f} s")
        passed, seconds = retrain(folder)
        console.print(f"retrained in {seconds:.0f} s: {'promoted' if passed else 'refused'}")
        everything = list(posts())
        held_out = [post for post in everything if split_of(post.author) == "test"]
        console.print(community_hits(folder / "run" / "artifact", held_out))


if __name__ == "__main__":
    main()
