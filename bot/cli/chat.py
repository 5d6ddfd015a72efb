"""``emoji-reactor chat``: the bot on the console, for a person or a pipe."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from types import FrameType, TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from bot.adapters.console import ConsoleAdapter, FeedbackAnswer
from bot.app.assembly import assemble, console_settings
from bot.cli.options import ConfigFile, initialize
from bot.cli.output import ignore_broken_pipe
from bot.core.events import FeedbackResult, Outcome

HINT = (
    "Write a message. After an answer: + agrees, - disagrees, 1 to 5 or an emoji picks a better"
    " one. Ctrl-D ends."
)


class _Interrupted(BaseException):
    """A signal came while a line was awaited."""


class Keyboard:
    """Lines of standard input; SIGINT and SIGTERM end reading, but never the handling of a line."""

    def __init__(self) -> None:
        """Leave the signals alone until the context is entered."""
        self._stop = False
        self._awaiting = False

    def __enter__(self) -> Self:
        """Handle both signals."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        self._handlers_before = {number: signal.signal(number, self._handle) for number in numbers}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        """Restore the signal handlers."""
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        return kind is _Interrupted

    def read_line(self) -> str:
        """Read a line with its end; empty at the end of input or after a signal."""
        if sys.stdin is None:  # closed by the caller
            return ""
        try:
            with suppress(_Interrupted):
                self._awaiting = True
                return "" if self._stop else sys.stdin.readline()
        finally:
            self._awaiting = False
        return ""

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._stop = True
        if self._awaiting:
            raise _Interrupted


def chat(config: ConfigFile = None) -> None:
    """Talk to the bot here: it shows what it would react with, and learns what you think of it.

    Example: echo "we won the cup!!" | emoji-reactor chat
    """
    with Keyboard() as keyboard, asyncio.Runner() as runner, ignore_broken_pipe():
        settings, credentials = initialize(config)
        stack = AsyncExitStack()
        assembly = assemble(settings, credentials, console_settings(settings))
        components = runner.run(stack.enter_async_context(assembly))
        try:
            _converse(ConsoleAdapter(components.service, components.pseudonyms), runner, keyboard)
        finally:
            runner.run(stack.aclose())


def _converse(console: ConsoleAdapter, runner: asyncio.Runner, keyboard: Keyboard) -> None:
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    if is_terminal:
        typer.echo(HINT)
    while True:
        if is_terminal:
            typer.echo("> ", nl=False)
        line = keyboard.read_line()
        if not line:
            break
        result = runner.run(console.take(line))
        if isinstance(result, Outcome):
            _show_outcome(result)
        elif result is not None:
            _show_feedback(result)
    if is_terminal:
        typer.echo()


def _show_outcome(outcome: Outcome) -> None:
    if sys.stdout.isatty():
        _show_predictions(outcome)
    elif outcome.predictions:
        typer.echo("  ".join(f"{p.emoji} {p.score:.2f}" for p in outcome.predictions))
    if outcome.shown:
        typer.echo(f"reacted with {' '.join(outcome.shown)}")
    elif outcome.skip_reason is not None:
        typer.echo(f"silent because {outcome.skip_reason.value.replace('_', ' ')}")


def _show_predictions(outcome: Outcome) -> None:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for number, prediction in enumerate(outcome.predictions, 1):
        bar = ProgressBar(total=1.0, completed=prediction.score, width=24)
        table.add_row(str(number), prediction.emoji, f"{prediction.score:.2f}", bar)
    Console().print(table)


def _show_feedback(answer: FeedbackAnswer) -> None:
    feedback = " ".join(filter(None, (answer.feedback.kind.value, answer.feedback.emoji)))
    if answer.result is FeedbackResult.RECORDED:
        typer.echo(f"noted: {feedback}")
    else:
        typer.echo(f"not stored: {feedback} ({answer.result.replace('_', ' ')})")
