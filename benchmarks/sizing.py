"""Memory, processor time and database that a bot needs: figures for ``docs/sizing.md``.

``python -m benchmarks.sizing``: messages pass through an observed service with the shipped
artifact and an SQLite database; platforms are loaded and not connected. Processor time is that
of the process, so that other work on the machine does not count. Linux only.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.operations import SilentPlatform, running_service
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
)
from bot.operations.metrics import Metrics
from bot.operations.observed import ObservedService
from model.emoji import parse_choice

MESSAGES, WARM_UP = 250, 50
MEMBERS, COMMUNITIES = 50, 10
TEXTS = (
    "we won the cup and nobody expected it",
    "they cancelled my flight again and nobody helps, I am so done with this airline",
    "pizza tonight with the whole family!",
    "does anybody know how to reset the router? it has been blinking since this morning",
    "happy birthday",
)
OPTED_OUT = MemberKey("e" * 32)
TRANSACTIONS = "emoji_reactor_database_transaction_duration_seconds_count"


@dataclass(frozen=True, slots=True)
class Cost:
    """Mean cost of one message of a kind."""

    kind: str
    cpu_ms: float
    transactions: float
    written_bytes: float
    """Bytes passed to the operating system, the write-ahead log included."""
    stored_bytes: float
    """Growth of the database."""


def memory_mb(field: str = "VmRSS") -> float:
    """Return a field of the process's memory in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) * 1024 / 1e6


def written_bytes() -> int:
    """Return the bytes that the process has written so far."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split("wchar: ")[1].split()[0])


def stored_bytes(file: Path) -> int:
    """Return the size of an SQLite database, with what its write-ahead log holds."""
    with closing(sqlite3.connect(file)) as connection:
        [(pages,)], [(size,)] = (
            connection.execute(f"pragma {name}").fetchall() for name in ("page_count", "page_size")
        )
    return int(pages) * int(size)


def messages(count: int, first: int = 0) -> Iterator[IncomingMessage]:
    """Yield messages of several members in several communities."""
    for number in range(first, first + count):
        community = f"{10**17 + number % COMMUNITIES}"
        ref = MessageRef("discord", community, community, f"{10**18 + number}")
        author = MemberKey(f"{number % MEMBERS:032x}")
        yield IncomingMessage(ref, author, TEXTS[number % len(TEXTS)])


class Meter:
    """Costs of the messages of one service."""

    def __init__(
        self, service: ObservedService, totals: Callable[[], Awaitable[Sequence[float]]]
    ) -> None:
        """``totals`` returns what was used since the start, in the order of the costs."""
        self.service, self._totals = service, totals

    async def measure(
        self, step: Callable[[IncomingMessage], Awaitable[object]], first: int
    ) -> list[float]:
        """Return the mean costs of ``step`` on each of ``MESSAGES`` messages."""
        before = await self._totals()
        for message in messages(MESSAGES, first):
            await step(message)
        after = await self._totals()
        return [(b - a) / MESSAGES for a, b in zip(before, after, strict=True)]

    async def show(self, message: IncomingMessage) -> Outcome:
        """Answer a message."""
        return await self.service.on_message(message, SilentPlatform())

    async def skip(self, message: IncomingMessage) -> Outcome:
        """Answer the message of a member who opted out, which is skipped before prediction."""
        return await self.show(replace(message, author=OPTED_OUT))

    async def agree(self, message: IncomingMessage) -> None:
        """Give feedback on an answered message."""
        emoji = (*await self.service.shown_emojis(message.ref), "👎")[0]
        kind, source = FeedbackKind.AGREE, FeedbackSource.REACTION
        chosen = parse_choice(emoji)
        actor = MemberKey("f" * 32)
        given = Feedback(message.ref, actor, kind, chosen, source, datetime.now(UTC))
        await self.service.on_feedback(given)

    async def warm_up(self) -> None:
        """Answer some messages, and opt the member out whose messages are skipped."""
        for message in messages(WARM_UP, 10**6):
            await self.show(message)
        await self.service.member_requests.opt_out("discord", OPTED_OUT)


def transaction_count(metrics: Metrics) -> float:
    """Return the number of transactions so far."""
    return metrics.registry.get_sample_value(TRANSACTIONS) or 0


@asynccontextmanager
async def meter(folder: Path) -> AsyncIterator[Meter]:
    """Open a service on a database of its own, and warm it up."""
    metrics, file = Metrics("0"), folder / "bot.db"

    async def totals() -> Sequence[float]:
        used = 1000 * time.process_time(), transaction_count(metrics)
        return *used, written_bytes(), stored_bytes(file)

    async with running_service(f"sqlite+aiosqlite:///{file}", metrics) as service:
        opened = Meter(service, totals)
        await opened.warm_up()
        yield opened


async def measure(folder: Path) -> tuple[list[Cost], dict[str, float]]:
    """Return the costs by kind of message, and the memory in MB by moment."""
    memory = {"program and both platforms loaded": memory_mb()}
    async with meter(folder) as opened:
        memory["model loaded, database open"] = memory_mb()
        costs = [
            Cost("scored message", *await opened.measure(opened.show, 0)),
            Cost("message skipped unscored", *await opened.measure(opened.skip, 10**7)),
            Cost("feedback", *await opened.measure(opened.agree, 0)),
        ]
        memory[f"after {2 * MESSAGES} messages"] = memory_mb()
    memory["peak"] = memory_mb("VmHWM")
    return costs, memory


def show(costs: list[Cost], memory: dict[str, float]) -> tuple[Table, Table]:
    """Return the two tables."""
    usage = Table("memory", "MB")
    for moment, size in memory.items():
        usage.add_row(moment, f"{size:.0f}")
    work = Table("event", "CPU ms", "transactions", "bytes written", "bytes stored")
    for cost in costs:
        work.add_row(
            cost.kind,
            f"{cost.cpu_ms:.2f}",
            f"{cost.transactions:.1f}",
            f"{cost.written_bytes:.0f}",
            f"{cost.stored_bytes:.0f}",
        )
    return usage, work


def main() -> None:
    """Measure, and print two tables."""
    import bot.adapters.discord.client
    import bot.adapters.telegram.adapter
    import bot.app.run  # noqa: F401 - what a running bot has loaded

    with tempfile.TemporaryDirectory() as folder:
        tables = show(*asyncio.run(measure(Path(folder))))
    console = Console()
    for table in tables:
        console.print(table)


if __name__ == "__main__":
    run_benchmark(main)
