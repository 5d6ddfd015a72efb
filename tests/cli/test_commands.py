"""Help, command lines and errors of all commands."""

import re
from importlib.metadata import version

import pytest

from tests.cli.conftest import CommandLine

COMMANDS = [
    "predict",
    "chat",
    "init",
    "run",
    "health",
    "doctor",
    "db upgrade",
    "db current",
    "feedback stats",
    "feedback export",
    "feedback purge",
    "model info",
    "model train",
    "model calibrate",
    "model evaluate",
    "model pretrain",
    "model promote",
    "model card",
    "model convert",
    "model export",
    "model finetune",
    "model gate",
    "retrain",
    "push model",
    "push dataset",
    "push space",
]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_an_example(cli: CommandLine, command: str) -> None:
    result = cli(*command.split(), "--help")
    assert result.status == 0
    text = " ".join(result.out.split())
    assert re.search(rf"Example: .*emoji-reactor {command}", text)


def test_help_lists_every_command_and_the_exit_statuses(cli: CommandLine) -> None:
    text = cli("--help").out
    assert all(f"│ {command.split()[0]} " in text for command in COMMANDS)
    for status in ("0 done", "1 failed", "2 wrong command line", "3 nothing to run", "130"):
        assert status in " ".join(text.split())


@pytest.mark.parametrize("command", [(), ("db",), ("feedback",), ("model",)])
def test_a_group_without_a_command_shows_its_help(
    cli: CommandLine, command: tuple[str, ...]
) -> None:
    result = cli(*command)
    assert (result.status, result.err) == (2, "")
    assert "Usage: " in result.out


def test_version(cli: CommandLine) -> None:
    assert cli("--version").out == f"{version('emoji-reactor')}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("reactt", "No such command 'reactt'"),
        ("db rollback", "No such command 'rollback'"),
        ("predict --josn x", "No such option: --josn"),
        ("predict --top-k 0 x", "Invalid value for '--top-k'"),
        ("predict --top-k five x", "Invalid value for '--top-k'"),
        ("predict --top-k", "Option '--top-k' requires an argument"),
        ("chat hello", "Got unexpected extra argument"),
        ("run --config none.toml", "none.toml: cannot be read"),
        ("db current --config none.toml", "none.toml: cannot be read"),
        ("feedback stats --config none.toml", "none.toml: cannot be read"),
    ],
)
def test_an_invalid_command_line_is_a_one_line_error(
    cli: CommandLine, arguments: str, message: str
) -> None:
    result = cli(*arguments.split())
    assert (result.status, result.out) == (2, "")
    assert result.error.startswith(message)


def test_an_unknown_option_points_to_the_help(cli: CommandLine) -> None:
    assert cli("model", "info", "--josn").error.endswith("; see emoji-reactor model info --help")
