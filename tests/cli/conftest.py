"""The command line inside the test's process, and as a process of its own."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.conftest import OURS

ROOT = Path(__file__).parents[2]
# The last one is discord.py's, at import on Python 3.11 and 3.12.
WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
BOT = (sys.executable, *WARNINGS, "-m", "bot")


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on standard error.

        Raises:
            AssertionError: there is another number of lines, or a line of a traceback.
        """
        [line] = self.err.splitlines()
        assert line.startswith("emoji-reactor: ")
        return line.removeprefix("emoji-reactor: ")


CommandLine = Callable[..., Ended]


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

    def call(*arguments: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", ["emoji-reactor", *arguments])
        # The narrowest encoding: the program is to choose its own.
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err
        return Ended(int(ended.value.code or 0), written.out, written.err)

    return call


@pytest.fixture
def environment(empty_folder: Path, tiny_artifact: Path) -> Mapping[str, str]:
    """For a process of its own: the tiny artifact, nothing else of ours, this checkout's code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "EMOJI_REACTOR__MODEL__SOURCE": str(tiny_artifact),
        "NO_PROXY": "127.0.0.1",
    }
