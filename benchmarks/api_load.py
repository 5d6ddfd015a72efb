"""Load test of the API: one text a request, at rates that do not wait for the answers.

``python -m benchmarks.api_load [--rates 200,500,2000] [--seconds 10]``. Requests are sent at fixed
times, and a latency counts from that time: a slow server does not slow the test down. Both share
the machine; the processor times of a request are those of the server, and of this client.
"""

import asyncio
import time
from itertools import cycle, islice
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api_process import ApiProcess, running_server
from benchmarks.command_line import run_benchmark
from benchmarks.http_load import Load, post, send_at_rate
from benchmarks.page import cpu_seconds
from demo.page.examples import EXAMPLES

MAX_REQUESTS = 100_000
"""Of one rate: a test ends whatever its options."""
TIMEOUT_SECONDS = 30.0
STATUSES = (200, 429)


def measure(server: ApiProcess, rate: int, seconds: float) -> list[str]:
    """Send ``rate`` texts a second, and return the cells of its row."""
    count = min(MAX_REQUESTS, round(rate * seconds))
    requests = [post(server.url, "/v1/predict", {"texts": [text]}) for text in EXAMPLES]
    cpu, own = cpu_seconds(server.pid), time.process_time()
    load = asyncio.run(
        send_at_rate(server.url, list(islice(cycle(requests), count)), rate, TIMEOUT_SECONDS)
    )
    times = cpu_seconds(server.pid) - cpu, time.process_time() - own
    return [f"{rate:,}", *_cells(load), *(f"{1000 * each / count:.2f}" for each in times)]


def _cells(load: Load) -> list[str]:
    answered, refused = (load.statuses[status] for status in STATUSES)
    others = load.statuses.total() - answered - refused
    percentiles = 1000 * np.percentile(load.latencies or [float("nan")], [50, 95, 99])
    return [
        f"{answered / load.seconds:,.0f}",
        *(f"{value:.1f}" for value in percentiles),
        f"{refused:,}",
        f"{load.retry_after:,}",
        f"{others:,}",
    ]


def main(
    rates: Annotated[str, typer.Option(help="Requests a second, with commas.")] = "200,500,2000",
    seconds: Annotated[float, typer.Option(min=1, max=60, help="Duration of each.")] = 10.0,
) -> None:
    """Print the table."""
    columns = ("/s", "answered/s", "p50 ms", "p95", "p99", "429", "Retry-After", "others")
    table = Table(*columns, "CPU ms", "client", title="goals: 500/s; p99 50 ms at 200/s")
    with running_server() as server:
        measure(server, 100, 2)  # warm up
        for rate in map(int, rates.split(",")):
            table.add_row(*measure(server, rate, seconds))
    Console(width=100).print(table)


if __name__ == "__main__":
    run_benchmark(main)
