"""An evening: members write and react while the platform, the database and the process fail."""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tests.e2e.database import fetch
from tests.e2e.evening_faults import Fault, stand_still
from tests.e2e.evening_wires import DiscordWire, Wire
from tests.e2e.process import BotProcess

SECRET = "zanzibar"
"""A word of every message, which must be in no file."""
PSEUDONYM_SECRET = "0123456789abcdef"
SETTLE_SECONDS = 60.0
"""Time in which what was sent must be answered or refused, and feedback stored."""
POLL_SECONDS = 0.2
KILL = "process killed"
SILENT = "select message from prediction where skip_reason is not null"
FEEDBACK = (
    "select message, kind, emoji from feedback join prediction on prediction.id = prediction_id"
)

Row = tuple[object, ...]


@dataclass(frozen=True)
class Surroundings:
    """The bot, its platform and its database."""

    bot: BotProcess
    wire: Wire
    url: str
    """Of the database."""
    folders: Sequence[Path]
    """With all files that bot and database write."""


@dataclass(frozen=True)
class Script:
    """The size of an evening, and what members say."""

    texts: Sequence[str]
    messages: int
    faults: int
    seed: int = 18
    """Of what members and faults do."""
    batch_size: int = 20
    """Messages that are sent at once."""
    seconds: float = math.inf
    """Time after which nothing more is sent."""


@dataclass
class Report:
    """Counts of an evening; those from ``unsettled`` to ``tracebacks`` should be 0 or empty."""

    messages: int = 0
    answered: int = 0
    refused: int = 0
    """Messages on which nothing was shown, as their rows say."""
    faults: Counter[str] = field(default_factory=Counter)
    feedback: int = 0
    """Feedback that was given and not withdrawn."""
    unsettled: int = 0
    """Messages without an answer and without a row that says why."""
    repeated: int = 0
    """Messages that got a reaction again although the bot could know of the first one.

    A reaction that is set twice is one for people. It is set again, the same, after a lost answer,
    and if the process was killed before it recorded the update as handled.
    """
    different: int = 0
    """Messages that got two emojis."""
    missing: int = 0
    """Feedback that is not stored."""
    surplus: int = 0
    """Feedback that is stored and was not given, or is stored twice."""
    leaks: list[str] = field(default_factory=list)
    """Files with a text or a token."""
    tracebacks: int = 0
    seconds: float = 0.0
    memory: list[tuple[int, float]] = field(default_factory=list)
    """Messages so far, and MiB of memory of the process that began last."""


class Evening:
    """Plays a seeded evening."""

    def __init__(self, around: Surroundings, faults: Mapping[str, Fault], script: Script) -> None:
        """Choose among ``faults``, a killed process and one that stands still."""
        self._around = around
        self._script = script
        self._faults: dict[str, Fault] = {
            **faults,
            KILL: self._kill,
            "process stands still": partial(stand_still, around.bot),
        }
        self._random = random.Random(script.seed)  # noqa: S311 - a simulation
        self.report = Report()
        """What came of it so far."""
        self._starts = 0
        self._lost: set[str] = set()
        """Messages whose events died with a process, and are not sent again."""
        self._repeatable: Counter[str] = Counter()
        """Kills before which a message was answered, and not recorded as handled."""
        self._expected: Counter[Row] = Counter()

    async def play(self) -> Report:
        """Send the messages and let the faults happen; return what came of it."""
        start = time.monotonic()
        await self._start()
        script, report = self._script, self.report
        plan = self._plan(-(-script.messages // script.batch_size))
        while report.messages < script.messages and time.monotonic() - start < script.seconds:
            number = report.messages // script.batch_size
            size = min(script.batch_size, script.messages - report.messages)
            await self._play_batch(size, plan.get(number, []))
            report.messages += size
            report.memory.append((report.messages, self._memory()))
        await self._wait_for_feedback()
        assert await self._around.bot.stop() == 0
        await self._examine()
        report.seconds = time.monotonic() - start
        return report

    def _plan(self, batches: int) -> dict[int, list[str]]:
        """Spread the faults over the batches, each kind as often; kills in the first half."""
        kinds = list(self._faults)
        self._random.shuffle(kinds)
        plan: dict[int, list[str]] = {}
        for number in range(self._script.faults):
            kind = kinds[number % len(kinds)]
            last = max(1, batches // 2 if kind == KILL else batches - 1)
            plan.setdefault(self._random.randrange(last), []).append(kind)
        for planned in plan.values():  # events that wait die with a process on Discord
            planned.sort(key=lambda kind: kind != KILL)
        return plan

    async def _play_batch(self, size: int, faults: Sequence[str]) -> None:
        messages = [await self._send() for _ in range(size // 2)]
        for kind in faults:
            self.report.faults[kind] += 1
            await self._faults[kind]()
        messages += [await self._send() for _ in range(size - len(messages))]
        await self._wait_for_answers(set(messages) - self._lost)
        answers = self._answers()
        for message in messages:
            if message in answers:
                await self._react(message, answers[message][0])

    async def _send(self) -> str:
        return await self._around.wire.send(f"{self._random.choice(self._script.texts)} {SECRET}")

    def _answers(self) -> Mapping[str, Sequence[str]]:
        """Return the emojis on each message of which the bot knows, with repeats."""
        reactions = self._around.wire.reactions().items()
        known = {message: [r.emoji for r in given if not r.lost] for message, given in reactions}
        return {message: emojis for message, emojis in known.items() if emojis}

    async def _react(self, message: str, shown: str) -> None:
        """Give feedback, change it or take it back, or do nothing."""
        steps: list[list[str]] = self._random.choice(
            [[[shown]], [["🎉"]], [["🎉"], ["🔥"]], [["🎉"], []], [["🔥"], ["🎉"], [shown]], []]
        )
        now: list[str] = []
        for step in steps:
            await self._around.wire.change(message, now, step)
            now = step
        for emoji in now:
            kind = "agree" if emoji == shown else "correct"
            self._expected[message, kind, emoji] += 1

    async def _start(self) -> None:
        self._starts += 1
        await self._around.bot.start(
            **self._around.wire.tokens, EMOJI_REACTOR_SECRET=PSEUDONYM_SECRET
        )
        await self._around.wire.connected(self._starts)

    async def _kill(self) -> None:
        """Kill the process while messages are in flight, and start it again."""
        wire, bot = self._around.wire, self._around.bot
        if isinstance(wire, DiscordWire):  # events that wait die with the process
            await self._wait_for_feedback()
            self._lost |= await self._unanswered(wire.sent[-self._script.batch_size :])
        await bot.kill()
        final = await wire.final(self._around.url)
        self._repeatable.update(self._answers().keys() - final)
        await self._start()

    async def _wait_for_answers(self, messages: Collection[str]) -> None:
        with suppress(TimeoutError):  # what has no answer at the end is counted
            async with asyncio.timeout(SETTLE_SECONDS):
                while await self._unanswered(messages):  # noqa: ASYNC110 - of two processes
                    await asyncio.sleep(POLL_SECONDS)

    async def _unanswered(self, messages: Collection[str]) -> set[str]:
        left = set(messages) - self._answers().keys()
        return left - {str(message) for (message,) in await self._rows(SILENT)} if left else left

    async def _wait_for_feedback(self) -> None:
        with suppress(TimeoutError):  # what is missing is counted
            async with asyncio.timeout(SETTLE_SECONDS):
                while Counter(await self._rows(FEEDBACK)) != self._expected:  # noqa: ASYNC110
                    await asyncio.sleep(POLL_SECONDS)

    async def _rows(self, query: str) -> list[Row]:
        """Return the rows of a query; none while the database is away."""
        try:
            return await fetch(self._around.url, query)
        except (SQLAlchemyError, OSError):
            return []

    def _memory(self) -> float:
        """Return the resident memory of the bot in MiB, of Linux's /proc."""
        status = Path(f"/proc/{self._around.bot.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    async def _examine(self) -> None:
        report, answers = self.report, self._answers()
        report.answered = len(answers)
        report.refused = len(await self._rows(SILENT))
        report.unsettled = len(await self._unanswered(set(self._around.wire.sent) - self._lost))
        report.feedback = self._expected.total()
        reactions = self._around.wire.reactions().values()
        report.different = sum(len({each.emoji for each in given}) > 1 for given in reactions)
        report.repeated = sum(
            len(emojis) > 1 + self._repeatable[message] for message, emojis in answers.items()
        )
        stored = Counter(await self._rows(FEEDBACK))
        report.missing = (self._expected - stored).total()
        report.surplus = (stored - self._expected).total()
        report.tracebacks = self._around.bot.output.count("Traceback")
        report.leaks = leaks(
            self._around.folders, [SECRET, PSEUDONYM_SECRET, *self._around.wire.tokens.values()]
        )


def leaks(folders: Sequence[Path], secrets: Sequence[str]) -> list[str]:
    """Return the files in which one of the secrets is."""
    wanted = [secret.encode() for secret in secrets]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [str(file) for file in files if _holds(file.read_bytes(), wanted)]


def _holds(content: bytes, wanted: Sequence[bytes]) -> bool:
    return any(secret in content for secret in wanted)
