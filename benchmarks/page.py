"""Many people typing on the page at once: the real process, over HTTP, as browsers ask it.

``python -m benchmarks.page [--people 50] [--seconds 20]``. Each types texts of the examples at the
speed of a practised writer and, like a browser, has one request under way at most: what was typed
meanwhile goes with the next. A key's time runs until the answer is there to a text that holds it.
Typists and server share the machine; the processor's time is the server's own.
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

from demo.page.admission import READ, RUN
from demo.page.examples import EXAMPLES
from demo.page.palette import Palette
from demo.page.turn import BUSY
from tests.conftest import OURS
from tests.web.process import serving

GOAL = 150
"""Milliseconds at p95."""
KEYS = 5.0
"""A second, by each: 60 words a minute."""
PAUSE = 2.0
"""Seconds that somebody looks at the answer to a whole text."""
PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(slots=True)
class Figures:
    """What all typists saw, in seconds."""

    keys: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    shed: int = 0


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
        [function] = [d["id"] for d in config["dependencies"] if d["api_name"] == READ]
        return cls(url, function)


class Typist:
    """One person; ``_typed`` tells the one who asks that there is something new."""

    def __init__(self, page: Page, http: aiohttp.ClientSession, luck: random.Random) -> None:
        """A browser's session of their own."""
        self.figures = Figures()
        self._page, self._http, self._luck = page, http, luck
        self._session = f"{luck.getrandbits(50):x}"
        self._text = ""
        self._pressed: list[float] = []
        self._typed = asyncio.Event()

    async def work(self, seconds: float) -> None:
        """Type until the time is over; what was typed last is still answered."""
        end = time.perf_counter() + seconds
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(self._ask_forever())
            await self._type(end)
            while self._pressed:  # noqa: ASYNC110 - the last answer
                await asyncio.sleep(0.01)
            asking.cancel()

    async def _type(self, end: float) -> None:
        await asyncio.sleep(self._luck.uniform(0, PAUSE))
        for text in self._texts():
            for length in range(1, len(text) + 1):
                if time.perf_counter() > end:
                    return
                self._text = text[:length]
                self._pressed.append(time.perf_counter())
                self._typed.set()
                await asyncio.sleep(self._luck.uniform(0.5, 1.5) / KEYS)
            await asyncio.sleep(PAUSE)

    def _texts(self) -> Iterator[str]:
        while True:
            yield self._luck.choice(EXAMPLES)

    async def _ask_forever(self) -> None:
        while True:
            await self._typed.wait()
            self._typed.clear()
            held = len(self._pressed)
            begun = time.perf_counter()
            answer = await self._ask(self._text)
            now = time.perf_counter()
            self.figures.requests.append(now - begun)
            self.figures.shed += BUSY in answer
            self.figures.keys.extend(now - at for at in self._pressed[:held])
            del self._pressed[:held]

    async def _ask(self, text: str) -> str:
        asked = {
            "data": [text, str(Palette.ALL), [], None, self._session],
            "fn_index": self._page.function,
            "session_hash": self._session,
        }
        async with self._http.post(f"{self._page.url}{RUN}", json=asked) as answer:
            answer.raise_for_status()
            tiles: str = json.loads(await answer.read())["data"][1]
            return tiles


async def play(url: str, people: int, seconds: float) -> Figures:
    """Let so many people type, and gather what they saw."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as http:
        page = await Page.open(url, http)
        typists = [Typist(page, http, random.Random(seed)) for seed in range(people)]  # noqa: S311
        async with asyncio.TaskGroup() as tasks:
            for typist in typists:
                tasks.create_task(typist.work(seconds))
    told = Figures()
    for typist in typists:
        told.keys += typist.figures.keys
        told.requests += typist.figures.requests
        told.shed += typist.figures.shed
    return told


def measure(people: int, seconds: float) -> tuple[Figures, float]:
    """What the typists saw, and the server's seconds of processor meanwhile."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = {**kept, "PYTHONPATH": str(Path(__file__).parents[1])}
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), environment) as page:
        asyncio.run(play(page.url, 2, 3))  # warm
        before = processor_seconds(page.pid)
        told = asyncio.run(play(page.url, people, seconds))
        return told, processor_seconds(page.pid) - before


def processor_seconds(pid: int) -> float:
    """What a process used so far, of Linux's /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(told: Figures, spent: float, title: str) -> Table:
    """A row for keys and one for requests."""
    columns = ("p50 ms", "p95 ms", "p99 ms", "longest ms", "count", "shed", "CPU ms each")
    table = Table("", *columns, title=title)
    for name, times in (("a key, to its answer", told.keys), ("a request", told.requests)):
        figures = 1000 * np.percentile(times, [50, 95, 99, 100])
        more = (f"{told.shed:,}", f"{1000 * spent / len(times):.1f}")
        table.add_row(name, *(f"{f:.0f}" for f in figures), f"{len(times):,}", *more)
    return table


def main(
    people: Annotated[int, typer.Option(min=1, max=500, help="How many type at once.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, max=120, help="How long.")] = 20.0,
) -> None:
    """Print the table."""
    told, spent = measure(people, seconds)
    title = (
        f"{people} people typing for {seconds:g} s (goal: p95 {GOAL} ms);"
        f" {spent / seconds:.2f} processors busy"
    )
    Console().print(show(told, spent, title))


if __name__ == "__main__":
    typer.run(main)
