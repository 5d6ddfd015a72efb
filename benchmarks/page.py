"""Load test of the page: many simulated visitors type at once, over HTTP, like browsers.

``python -m benchmarks.page [--people 50] [--seconds 20]``. Each types example texts at the speed
of a practised typist and, like a browser, has at most one request in progress: what is typed
in the meantime is part of the next. The latency of a key lasts until a text with it is answered.
Visitors and server share the machine; the CPU time is the server's alone.
"""

import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from demo.page.candidates import CandidateSet
from demo.page.controller import OVERLOADED
from demo.page.events import PREDICT_FUNCTION
from demo.page.examples import EXAMPLES
from demo.page.load_shedding import RUN_PATH
from tests.conftest import VARIABLE_PREFIXES
from tests.web.page_process import running_page

GOAL_P95_MILLISECONDS = 150
KEYS_PER_SECOND = 5.0
"""Of each visitor: 60 words a minute."""
PAUSE_SECONDS = 2.0
"""After each text."""
TIMEOUT = aiohttp.ClientTimeout(total=30)


@dataclass(slots=True)
class Latencies:
    """Latencies that the visitors measured, in seconds."""

    keys: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    shed: int = 0
    """Requests refused by load shedding."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page's address, and the number of the function that answers a change of the text."""

    url: str
    function: int

    @classmethod
    async def open(cls, url: str, http: aiohttp.ClientSession) -> "Page":
        """Read the page's configuration, as a browser does."""
        async with http.get(f"{url}/config") as answer:
            config: dict[str, Any] = await answer.json()
        [function] = [d["id"] for d in config["dependencies"] if d["api_name"] == PREDICT_FUNCTION]
        return cls(url, function)


class Typist:
    """A simulated visitor, who types and sends texts concurrently."""

    def __init__(self, page: Page, http: aiohttp.ClientSession, random_: random.Random) -> None:
        """Start a browser session."""
        self.latencies = Latencies()
        self._page, self._http, self._random_ = page, http, random_
        self._session = f"{random_.getrandbits(128):032x}"
        self._text = ""
        self._pressed: list[float] = []
        self._typed = asyncio.Event()

    async def work(self, seconds: float) -> None:
        """Type until the time is over; the last text is still answered."""
        end = time.perf_counter() + seconds
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send_forever())
            await self._type(end)
            while self._pressed:  # noqa: ASYNC110 - the last response
                await asyncio.sleep(0.01)
            sending.cancel()

    async def _type(self, end: float) -> None:
        await asyncio.sleep(self._random_.uniform(0, PAUSE_SECONDS))
        for text in self._texts():
            for length in range(1, len(text) + 1):
                if time.perf_counter() > end:
                    return
                self._text = text[:length]
                self._pressed.append(time.perf_counter())
                self._typed.set()
                await asyncio.sleep(self._random_.uniform(0.5, 1.5) / KEYS_PER_SECOND)
            await asyncio.sleep(PAUSE_SECONDS)

    def _texts(self) -> Iterator[str]:
        while True:
            yield self._random_.choice(EXAMPLES)

    async def _send_forever(self) -> None:
        while True:
            await self._typed.wait()
            self._typed.clear()
            sent = len(self._pressed)
            start = time.perf_counter()
            answer = await self._send(self._text)
            now = time.perf_counter()
            self.latencies.requests.append(now - start)
            self.latencies.shed += OVERLOADED in answer
            self.latencies.keys.extend(now - at for at in self._pressed[:sent])
            del self._pressed[:sent]

    async def _send(self, text: str) -> str:
        event = {
            "data": [text, str(CandidateSet.ALL), [], None, self._session],
            "fn_index": self._page.function,
            "session_hash": self._session,
        }
        async with self._http.post(f"{self._page.url}{RUN_PATH}", json=event) as answer:
            answer.raise_for_status()
            tiles: str = json.loads(await answer.read())["data"][1]
            return tiles


async def simulate(url: str, people: int, seconds: float) -> Latencies:
    """Let visitors type, and collect their latencies."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as http:
        page = await Page.open(url, http)
        typists = [Typist(page, http, random.Random(seed)) for seed in range(people)]  # noqa: S311
        async with asyncio.TaskGroup() as tasks:
            for typist in typists:
                tasks.create_task(typist.work(seconds))
    latencies = Latencies()
    for typist in typists:
        latencies.keys += typist.latencies.keys
        latencies.requests += typist.latencies.requests
        latencies.shed += typist.latencies.shed
    return latencies


def measure(people: int, seconds: float) -> tuple[Latencies, float]:
    """Return the latencies, and the CPU seconds that the server used."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    environment = {**inherited, "PYTHONPATH": str(Path(__file__).parents[1])}
    with tempfile.TemporaryDirectory() as folder, running_page(Path(folder), environment) as page:
        asyncio.run(simulate(page.url, 2, 3))  # warm up
        before = cpu_seconds(page.pid)
        latencies = asyncio.run(simulate(page.url, people, seconds))
        return latencies, cpu_seconds(page.pid) - before


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used, from Linux's /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def latency_table(latencies: Latencies, cpu: float, title: str) -> Table:
    """Return a table with a row for keys and one for requests."""
    columns = ("p50 ms", "p95 ms", "p99 ms", "longest ms", "count", "shed", "CPU ms each")
    table = Table("", *columns, title=title)
    for name, times in (("key to response", latencies.keys), ("request", latencies.requests)):
        percentiles = 1000 * np.percentile(times, [50, 95, 99, 100])
        more = (f"{latencies.shed:,}", f"{1000 * cpu / len(times):.1f}")
        table.add_row(name, *(f"{p:.0f}" for p in percentiles), f"{len(times):,}", *more)
    return table


def main(
    people: Annotated[int, typer.Option(min=1, max=500, help="Number of visitors.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, max=120, help="Duration.")] = 20.0,
) -> None:
    """Print the table."""
    latencies, cpu = measure(people, seconds)
    title = (
        f"{people} people typing for {seconds:g} s (goal: p95 {GOAL_P95_MILLISECONDS} ms);"
        f" {cpu / seconds:.2f} CPUs busy"
    )
    Console().print(latency_table(latencies, cpu, title))


if __name__ == "__main__":
    run_benchmark(main)
