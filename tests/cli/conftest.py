"""The command line, inside the process of the tests and as a subprocess."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.conftest import VARIABLE_PREFIXES

ROOT = Path(__file__).parents[2]
# The last one is discord.py's, at import on Python 3.11 and 3.12.
WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
BOT = (sys.executable, *WARNINGS, "-m", "bot")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit status and output of a command."""

    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The only line on standard error, without the name of the program.

        Raises:
            AssertionError: there is another number of lines, or a line of a traceback.
        """
        [line] = self.err.splitlines()
        assert line.startswith("emoji-reactor: ")
        return line.removeprefix("emoji-reactor: ")


CommandLine = Callable[..., CommandResult]


@pytest.fixture
def cli(
    empty_folder: Path,
    tiny_artifact: Path,
    own_log: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    """Call ``emoji-reactor`` with arguments and standard input, on the tiny artifact."""
    monkeypatch.setenv("EMOJI_REACTOR__MODEL__SOURCE", str(tiny_artifact))

    def call(*arguments: str, stdin: bytes = b"") -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["emoji-reactor", *arguments])
        # The narrowest encoding: the program must choose another one.
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as result:
            main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return CommandResult(int(result.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture
def environment(empty_folder: Path, tiny_artifact: Path) -> Mapping[str, str]:
    """Return an environment for subprocesses: the tiny artifact, no other settings."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "EMOJI_REACTOR__MODEL__SOURCE": str(tiny_artifact),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def cli_after_chat(cli: CommandLine) -> CommandLine:
    """Return the command line after a chat of three messages, two of them with feedback."""
    assert cli("chat", stdin="so funny\n+\nso sad\n😭\nfire\n".encode()).status == 0
    return cli
