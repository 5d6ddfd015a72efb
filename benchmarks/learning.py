"""Does it learn? A simulated community talks to the real core, and one retraining follows.

Members post real tweets (held out from training; never committed). They use the emojis that the
tweets' authors used, but for a taste of their own: they laugh with 😭. They react to what the bot
shows, take it away, or put their own emoji there. Then the real ``retrain`` runs, and a table says
what it changed: on messages of the community's held-out members, and on the frozen benchmarks.
Beside it stands what the old artifact would answer if somebody told it the taste: no fit can learn
more than that from the taste.

``python -m benchmarks.learning [FEEDBACKS]``; everything it writes lies in a temporary folder. With
10000 it also says what the retraining of so much takes.
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

import numpy as np
import pyarrow.parquet
from rich.console import Console
from rich.table import Table

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
from model.emoji import find_emojis
from model.evaluation.evaluate import rank
from model.evaluation.metrics import bootstrap_interval, hits
from model.text import clean

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
    tasted: bool
    """Whether others would have reacted with something else."""


class Told:
    """The old artifact, told the taste: what it gives to 😂 and 🤣 goes to 😭."""

    def __init__(self, old: Predictor) -> None:
        """Ask ``old``."""
        self._old = old

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k`` of the whole table for each text, best first."""
        emojis = self._old.emojis
        scores = np.exp(self._old.log_scores(self._old.encode([clean(text) for text in texts])))
        for other, own in TASTE.items():
            scores[:, emojis.index(own)] += scores[:, emojis.index(other)]
            scores[:, emojis.index(other)] = 0
        best = np.argsort(-scores, axis=1)[:, :k]
        return [
            [Prediction(emojis[i], float(row[i])) for i in top]
            for row, top in zip(scores, best, strict=True)
        ]


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
            fitting = frozenset(TASTE.get(e, e) for e in used)
            yield Post(number, author, bare, fitting, not TASTE.keys().isdisjoint(used))


async def talk(service: Service, wanted: int) -> int:
    """Let members post and react until there is so much feedback; how many posts it took."""
    luck, given = random.Random(8), 0  # noqa: S311 - not for secrets
    for heard, post in enumerate(posts(), 1):
        ref = MessageRef("discord", "1", "1", str(post.number))
        message = IncomingMessage(
            ref, post.author, post.text, addressed=True, language="en", may_store_text=True
        )
        outcome = await service.on_message(message, Platform())
        for word in said(post, outcome, luck):
            given += await service.on_feedback(word) is FeedbackResult.RECORDED
        if given >= wanted:
            return heard
    raise SystemExit("there are too few tweets for so much feedback")


def said(post: Post, outcome: Outcome, luck: random.Random) -> Iterator[Feedback]:
    """What a member says: agrees with what fits, else takes it away or puts their own there."""
    if not outcome.shown or luck.random() < SILENT:
        return
    actor = MemberKey(f"{luck.randrange(MEMBERS):032x}")

    def word(kind: FeedbackKind, emoji: str) -> Feedback:
        return Feedback(
            outcome.ref, actor, kind, emoji, FeedbackSource.REACTION, at=datetime.now(UTC)
        )

    shown = outcome.shown[0]
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
    eager = ChatSettings(confidence_threshold=0.0, max_per_minute=None, emoji_deny=frozenset())
    store = SqlStore(engine, eager, TERMS_VERSION)
    try:
        for number in range(MEMBERS):
            await store.members.set_consent("discord", MemberKey(f"{number:032x}"), TERMS_VERSION)
        return await talk(Service(predictor, store), wanted)
    finally:
        await predictor.aclose()
        await engine.dispose()


def retrain(folder: Path) -> tuple[bool, float, float]:
    """The real command on that database: whether the candidate passed, seconds, and the CPU's."""
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
    """hit@5 on posts of members whom the fit did not hear, before and after."""
    columns = ("held-out members", "posts", "before", "after", "difference", "told the taste")
    table = Table(*columns, title="hit@5, %")
    old = Predictor.load()
    rankers = (old, Predictor(artifact.load(candidate)), Told(old))
    texts, fitting = [p.text for p in held_out], [p.fitting for p in held_out]
    found = [hits(rank(ranker, texts, None)[0], fitting, 5).astype(float) for ranker in rankers]
    parts = {
        "where the taste speaks (others: 😂 🤣)": [p.tasted for p in held_out],
        "who laugh or cry with 😭": ["😭" in p.fitting for p in held_out],
        "all": [True] * len(held_out),
    }
    for name, part in parts.items():
        before, after, told = (each[np.array(part)] for each in found)
        low, high = bootstrap_interval(after - before)
        change = (after - before).mean()
        table.add_row(
            *(name, f"{len(before):,}", f"{before.mean() * 100:.1f}", f"{after.mean() * 100:.1f}"),
            f"{change * 100:+.1f} [{low * 100:+.1f}, {high * 100:+.1f}]",
            f"{told.mean() * 100:.1f} ({(told - before).mean() * 100:+.1f})",
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
        passed, seconds, busy = retrain(folder)
        verdict = "promoted" if passed else "refused"
        console.print(f"retrained in {seconds:.0f} s, {busy:.0f} s of processor time: {verdict}")
        everything = list(posts())
        held_out = [post for post in everything if assign_split(post.author) == "test"]
        console.print(community_hits(folder / "run" / "artifact", held_out))


if __name__ == "__main__":
    main()
