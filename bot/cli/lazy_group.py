"""A Typer group whose commands are imported when they are called."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of its own, that is not imported yet."""

    target: str
    """``module:name`` of a function or of a ``typer.Typer``."""
    help: str
    """The first sentence of its help, for the list of commands."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of commands."""

    help: str
    commands: Mapping[str, Command]


def lazy_group(commands: Mapping[str, Command | Group]) -> type[TyperGroup]:
    """Return a group class over a table of commands, for ``typer.Typer(cls=...)``."""

    class LazyGroup(TyperGroup):
        """A group that lists commands from the table and imports the one that is called."""

        def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's
            super().__init__(**attributes)
            self.commands.update(
                {name: TyperCommand(name, help=entry.help) for name, entry in commands.items()}
            )
            self._listing = False

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Typer's
            if self._listing or cmd_name not in commands:
                return super().get_command(ctx, cmd_name)
            return load(cmd_name, commands[cmd_name])

        def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's
            with self._list_only():
                super().format_help(ctx, formatter)

        def shell_complete(self, ctx: Any, incomplete: str) -> Any:  # noqa: ANN401 - Typer's
            with self._list_only():
                return super().shell_complete(ctx, incomplete)

        @contextmanager
        def _list_only(self) -> Iterator[None]:
            """Give names and help from the table, without an import."""
            self._listing = True
            try:
                yield
            finally:
                self._listing = False

    return LazyGroup


def load(name: str, entry: Command | Group) -> Any:  # noqa: ANN401 - Typer's
    """Import a command, or build a group whose commands are imported when they are called."""
    if isinstance(entry, Group):
        app = typer.Typer(cls=lazy_group(entry.commands), help=entry.help, no_args_is_help=True)
        command: Any = get_group(app)
    else:
        target = resolve_name(entry.target)
        app = target if isinstance(target, typer.Typer) else _single(target)
        app._add_completion = False
        command = get_command(app)
        _collect_garbage_again()
    command.name = name
    return command


def _collect_garbage_again() -> None:
    """End the start, during which garbage collection is off: what was imported stays for good."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _single(function: Any) -> typer.Typer:  # noqa: ANN401 - any command function
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return app
