"""The lazily imported group of commands."""

from collections.abc import Iterator, Mapping

import pytest
from typer.main import get_command

from bot.cli import COMMANDS, app
from bot.cli.lazy_group import Command, Group, load
from tests.cli.conftest import CommandLine


def entries(
    commands: Mapping[str, Command | Group] = COMMANDS, prefix: str = ""
) -> Iterator[tuple[str, Command]]:
    for name, entry in commands.items():
        if isinstance(entry, Group):
            yield from entries(entry.commands, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", entry


@pytest.mark.parametrize(("name", "entry"), list(entries()))
def test_the_help_in_the_table_equals_that_of_the_command(name: str, entry: Command) -> None:
    command = load(name.split()[-1], entry)
    assert command.name == name.split()[-1]
    first_paragraph = " ".join(command.help.split("\n\n")[0].split())
    assert entry.help == first_paragraph


def test_a_similar_command_is_suggested(cli: CommandLine) -> None:
    assert "Did you mean 'predict'?" in cli("predct").error


def test_completion_lists_commands_without_importing_them() -> None:
    group = get_command(app)
    context = group.make_context("emoji-reactor", ["predict"], resilient_parsing=True)
    names = [item.value for item in group.shell_complete(context, "pre")]
    assert names == ["predict", "preferences"]
