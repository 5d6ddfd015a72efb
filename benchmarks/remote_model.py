"""Cost of a model in another process, beside the same model in this one.

``python -m benchmarks.remote_model [--rounds 20]``. Both answer the same texts in turn: one at a
time, and 16 that wait together. The server is on this machine, so that the network adds nothing;
the CPU time is this process's alone, which is what a bot saves or spends.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api_process import running_server
from benchmarks.command_line import run_benchmark
from bot.config.sections import ModelSettings
from bot.core.concurrency.batching import MAX_BATCH_SIZE, BatchingPredictor
from bot.remote.model import RemoteModel
from bot.remote.server import ModelServer
from demo.page.examples import EXAMPLES
from model import Predictor

AnyPredictor = BatchingPredictor[Predictor] | BatchingPredictor[RemoteModel]
TIMEOUT_SECONDS = 30.0
Costs = list[tuple[float, float]]
"""Seconds and CPU seconds a text, by round."""


async def cost(predictor: AnyPredictor, texts: Sequence[str], size: int) -> tuple[float, float]:
    """Return seconds and CPU seconds a text, if ``size`` wait together."""
    start, cpu = time.perf_counter(), time.process_time()
    for i in range(0, len(texts), size):
        await asyncio.gather(*(predictor.predict(text) for text in texts[i : i + size]))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return seconds / len(texts), cpu / len(texts)


async def compare(here: AnyPredictor, there: AnyPredictor, rounds: int) -> Table:
    """Return the table; the two take turns, so that both meet the same load of the machine."""
    texts = (list(EXAMPLES) * MAX_BATCH_SIZE)[: 4 * MAX_BATCH_SIZE]
    columns = ("here ms", "there ms", "ratio", "CPU here ms", "CPU there ms")
    table = Table("waiting", *columns, title="of one text, medians")
    for size in (1, MAX_BATCH_SIZE):
        costs: tuple[Costs, Costs] = ([], [])
        for _ in range(rounds):
            for predictor, found in zip((here, there), costs, strict=True):
                found.append(await cost(predictor, texts, size))
        pairs = 1000 * np.array(costs)  # (predictors, rounds, 2)
        (one, one_cpu), (other, other_cpu) = np.median(pairs, axis=1)
        ratio = float(np.median(pairs[1, :, 0] / pairs[0, :, 0]))
        cells = (f"{one:.2f}", f"{other:.2f}", f"{ratio:.2f}", f"{one_cpu:.2f}", f"{other_cpu:.2f}")
        table.add_row(str(size), *cells)
    return table


async def measure(url: str, rounds: int) -> Table:
    """Open both, and compare them."""
    with closing(ModelServer(url, None, TIMEOUT_SECONDS)) as server:
        here = BatchingPredictor(Predictor.load(), threads=ModelSettings().threads)
        there = BatchingPredictor(RemoteModel(server, server.about()))
        try:
            return await compare(here, there, rounds)
        finally:
            await here.aclose()
            await there.aclose()


def main(
    rounds: Annotated[int, typer.Option(min=1, max=200, help="Turns of each.")] = 20,
) -> None:
    """Print the table."""
    with running_server() as server:
        Console().print(asyncio.run(measure(server.url, rounds)))


if __name__ == "__main__":
    run_benchmark(main)
