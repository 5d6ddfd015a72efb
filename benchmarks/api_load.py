"""Load test of the API: one text a request, at rates that do not wait for the answers.

``python -m benchmarks.api_load [--rates 200,500,2000] [--seconds 10]``. Requests are sent at fixed
times, and a latency counts from that time: a slow server does not slow the test down. Both share
the machine; the CPU time is the server's alone, and does not depend on what else runs.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Annotated

import aiohttp
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api_process import ApiProcess, running_server
from benchmarks.page import cpu_seconds
from demo.page.examples import EXAMPLES

MAX_CONNECTIONS = 256
MAX_REQUESTS = 100_000
"""Of one rate: a test ends whatever its options."""
TIMEOUT = aiohttp.ClientTimeout(total=30)
STATUSES = (200, 429)


@dataclass(slots=True)
class Load:
    """Outcomes of the requests of one rate."""

    latencies: list[float] = field(default_factory=list)
    """Of answers with predictions, in seconds."""
    statuses: Counter[int] = field(default_factory=Counter)
    retry_after: int = 0
    """Refusals that said when to come again."""
    seconds: float = 0.0
    cpu: float = 0.0


async def send(http: aiohttp.ClientSession, text: str, due: float, load: Load) -> None:
    """Send a text at its time, and note the answer."""
    await asyncio.sleep(due - time.perf_counter())
    async with http.post("/v1/predict", json={"texts": [text]}) as response:
        await response.read()
    load.statuses[response.status] += 1
    load.retry_after += "Retry-After" in response.headers
    if response.status == 200:
        load.latencies.append(time.perf_counter() - due)


async def measure(server: ApiProcess, rate: int, seconds: float) -> Load:
    """Send ``rate`` texts a second."""
    load, count = Load(), min(MAX_REQUESTS, round(rate * seconds))
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    async with aiohttp.ClientSession(server.url, connector=connector, timeout=TIMEOUT) as http:
        start, cpu = time.perf_counter() + 0.1, cpu_seconds(server.pid)
        async with asyncio.TaskGroup() as tasks:
            for number, text in enumerate(islice(cycle(EXAMPLES), count)):
                tasks.create_task(send(http, text, start + number / rate, load))
        load.seconds = time.perf_counter() - start
        load.cpu = cpu_seconds(server.pid) - cpu
    return load


def to_row(rate: int, load: Load) -> list[str]:
    """Return the cells of one rate."""
    answered, refused = (load.statuses[status] for status in STATUSES)
    others = load.statuses.total() - answered - refused
    percentiles = 1000 * np.percentile(load.latencies or [float("nan")], [50, 95, 99])
    return [
        f"{rate:,}",
        f"{answered / load.seconds:,.0f}",
        *(f"{value:.1f}" for value in percentiles),
        f"{refused:,}",
        f"{load.retry_after:,}",
        f"{others:,}",
        f"{1000 * load.cpu / load.statuses.total():.2f}",
    ]


def main(
    rates: Annotated[str, typer.Option(help="Requests a second, with commas.")] = "200,500,2000",
    seconds: Annotated[float, typer.Option(min=1, max=60, help="Duration of each.")] = 10.0,
) -> None:
    """Print the table."""
    columns = ("answered/s", "p50 ms", "p95 ms", "p99 ms", "429", "Retry-After", "other")
    table = Table("requests/s", *columns, "CPU ms each", title="goals: 500/s; p99 50 ms at 200/s")
    with running_server() as server:
        asyncio.run(measure(server, 100, 2))  # warm up
        for rate in map(int, rates.split(",")):
            table.add_row(*to_row(rate, asyncio.run(measure(server, rate, seconds))))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
