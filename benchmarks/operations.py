"""Processor time that metrics add to a message, as a ratio.

``python -m benchmarks.operations``: messages pass through an observed service with the shipped
artifact and an SQLite database, and what is recorded for one of them is timed by itself. The
difference of two whole services is lost in the noise of a shared machine.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from benchmarks.command_line import run_benchmark
from benchmarks.overhead import fastest
from bot.core.chat_settings.schema import ChatSettings
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.events import IncomingMessage, MemberKey, MessageRef, Outcome
from bot.core.members.pseudonyms import Pseudonyms
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.operations.metrics import Metrics
from bot.operations.observed import ObservedService, observe_transactions
from model import Prediction, Predictor

TEXT = "we won the cup and nobody expected it"
MESSAGES, REPETITIONS = 400, 20_000


class SilentPlatform:
    """Takes every reaction at once."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Do nothing."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Do nothing."""


@asynccontextmanager
async def running_service(url: str, metrics: Metrics) -> AsyncIterator[ObservedService]:
    """Open a service on a database."""
    engine = await open_database(url)
    predictor = BatchingPredictor(Predictor.load())
    store = SqlStore(engine, ChatSettings(max_per_minute=None))
    observe_transactions(engine, metrics)
    yield ObservedService(predictor, store, metrics, Pseudonyms(b"secret" * 6))
    await predictor.aclose()
    await engine.dispose()


async def time_messages(folder: Path) -> tuple[float, float]:
    """Return the median processor time of a message in ms, and its number of transactions."""
    metrics, times = Metrics("0"), []
    async with running_service(f"sqlite+aiosqlite:///{folder / 'bot.db'}", metrics) as service:
        for number in range(MESSAGES):
            ref = MessageRef("discord", "home", "chat", str(number))
            message = IncomingMessage(ref, MemberKey("a" * 32), TEXT)
            start = time.process_time()
            await service.on_message(message, SilentPlatform())
            times.append(time.process_time() - start)
    transactions = metrics.registry.get_sample_value(
        "emoji_reactor_database_transaction_duration_seconds_count"
    )
    return 1000 * median(times), (transactions or 0) / MESSAGES


def time_recording(transactions: float) -> float:
    """Return the processor time of what is recorded for a message, in ms."""
    metrics = Metrics("0")
    outcome = Outcome(MessageRef("discord", "home", "chat", "1"), shown=("🎉",))
    waits = round(transactions)
    record: dict[str, float] = {}

    def message() -> None:
        for _ in range(REPETITIONS):
            start = time.perf_counter()
            metrics.prediction_seconds.observe(time.perf_counter() - start)
            for _ in range(waits):
                record["since"] = time.perf_counter()
                metrics.transaction_seconds.observe(time.perf_counter() - record.pop("since"))
            metrics.record_message("discord", outcome, time.perf_counter() - start)

    return fastest(message, times=5) / REPETITIONS


def main() -> None:
    """Print the times and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        whole, transactions = asyncio.run(time_messages(Path(folder)))
    recorded = time_recording(transactions)
    print(
        f"{whole:.2f} ms a message with {transactions:.1f} transactions, {recorded:.4f} ms of it"
        f" for metrics: {recorded / whole:.2%} (goal 1 %)"
    )


if __name__ == "__main__":
    run_benchmark(main)
