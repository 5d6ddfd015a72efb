"""``emoji-reactor chat``: the whole bot on the console, for a person or a pipe."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

import typer

from bot.cli.options import ConfigFile, start
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from bot.adapters.console import ConsoleAdapter, FeedbackAnswer
    from bot.core.events import Outcome

HINT = (
    "Write a message. After an answer: + agrees, - disagrees, 1 to 5 or an emoji picks a better"
    " one. Ctrl-D ends."
)


class _Stopped(BaseException):
    """A signal came while a line was awaited."""


class Keyboard:
    """Reads lines; SIGINT and SIGTERM end the reading, but never the handling of a line."""

    def __init__(self) -> None:
        """Nothing is caught before the context is entered."""
        self._stop = False
        self._awaiting = False

    def __enter__(self) -> Self:
        """Take over both signals."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        self._before = {number: signal.signal(number, self._handle) for number in numbers}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        return kind is _Stopped

    def line(self) -> str:
        """The next line with its end; empty at the end of input or after a signal."""
        if sys.stdin is None:  # closed by the caller
            return ""
        try:
            with suppress(_Stopped):
                self._awaiting = True
                return "" if self._stop else sys.stdin.readline()
        finally:
            self._awaiting = False
        return ""

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._stop = True
        if self._awaiting:
            raise _Stopped


def chat(config: ConfigFile = None) -> None:
    """Talk to the bot here: it shows what it would react with, and learns what you think of it.

    Example: echo "we won the cup!!" | emoji-reactor chat
    """
    with Keyboard() as keyboard, asyncio.Runner() as runner, reader_may_leave():
        settings, credentials = start(config)
        from bot.adapters.console import ConsoleAdapter
        from bot.app import assemble, console_settings

        stack = AsyncExitStack()
        opened = assemble(settings, credentials, console_settings(settings))
        parts = runner.run(stack.enter_async_context(opened))
        try:
            _converse(ConsoleAdapter(parts.service, parts.pseudonyms), runner, keyboard)
        finally:
            runner.run(stack.aclose())


def _converse(console: "ConsoleAdapter", runner: asyncio.Runner, keyboard: Keyboard) -> None:
    from bot.core.events import Outcome

    by_hand = sys.stdin is not None and sys.stdin.isatty()
    if by_hand:
        typer.echo(HINT)
    while True:
        if by_hand:
            typer.echo("> ", nl=False)
        line = keyboard.line()
        if not line:
            break
        answer = runner.run(console.take(line))
        if isinstance(answer, Outcome):
            _show(answer)
        elif answer is not None:
            _show_noted(answer)
    if by_hand:
        typer.echo()


def _show(outcome: "Outcome") -> None:
    if sys.stdout.isatty():
        _show_table(outcome)
    elif outcome.predictions:
        typer.echo("  ".join(f"{p.emoji} {p.score:.2f}" for p in outcome.predictions))
    if outcome.shown:
        typer.echo(f"reacted with {' '.join(outcome.shown)}")
    elif outcome.skip_reason is not None:
        typer.echo(f"silent because {outcome.skip_reason.value.replace('_', ' ')}")


def _show_table(outcome: "Outcome") -> None:
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 1))
    for number, prediction in enumerate(outcome.predictions, 1):
        bar = ProgressBar(total=1.0, completed=prediction.score, width=24)
        table.add_row(str(number), prediction.emoji, f"{prediction.score:.2f}", bar)
    Console().print(table)


def _show_noted(noted: "FeedbackAnswer") -> None:
    from bot.core.events import FeedbackResult

    given = " ".join(filter(None, (noted.feedback.kind.value, noted.feedback.emoji)))
    if noted.result is FeedbackResult.RECORDED:
        typer.echo(f"noted: {given}")
    else:
        typer.echo(f"not stored: {given} ({noted.result.replace('_', ' ')})")
