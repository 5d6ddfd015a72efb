"""``emoji-reactor chat`` as a process: on a terminal, through pipes, ended by signals."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import BOT
from tests.cli.interactive_process import InteractiveProcess, closing_process, piped
from tests.cli.stored_rows import stored_feedback, stored_outcomes


@pytest.fixture
def terminal(environment: Mapping[str, str]) -> Iterator[InteractiveProcess]:
    """The chat on a pseudo-terminal."""
    controller, terminal_end = pty.openpty()
    process = subprocess.Popen(
        [*BOT, "chat"],
        stdin=terminal_end,
        stdout=terminal_end,
        stderr=terminal_end,
        env={**environment, "TERM": "xterm", "COLUMNS": "80"},
        start_new_session=True,
    )
    os.close(terminal_end)
    with closing_process(process):
        yield InteractiveProcess(process, controller, controller)
    os.close(controller)


@pytest.fixture
def pipe(environment: Mapping[str, str]) -> Iterator[InteractiveProcess]:
    """The chat with pipes as its standard streams."""
    with piped(environment, "chat") as process:
        yield process


def test_chat_on_a_terminal(terminal: InteractiveProcess, tmp_path: Path) -> None:
    assert "Ctrl-D ends" in terminal.read_until("> ")
    terminal.send("so funny\n")
    answer = terminal.read_until("> ")
    table = [line.split() for line in answer.splitlines() if re.match(r"\s*[1-5] ", line)]
    assert [row[0] for row in table] == ["1", "2", "3", "4", "5"]
    assert table[0][1] == "😂"
    assert 0.2 < float(table[0][2]) < 1
    assert "reacted with 😂" in answer
    terminal.send("2\n")
    assert f"noted: correct {table[1][1]}" in terminal.read_until("> ")
    terminal.send("\n")
    terminal.read_until("> ")
    terminal.send("\x04")
    assert terminal.wait() == 0
    assert stored_outcomes(tmp_path) == [("😂", None)]
    assert stored_feedback(tmp_path) == [("correct", table[1][1])]


@pytest.mark.parametrize("by_key", [True, False], ids=["ctrl-c", "sigterm"])
def test_chat_on_a_terminal_is_interrupted(
    terminal: InteractiveProcess, tmp_path: Path, by_key: bool
) -> None:
    terminal.read_until("> ")
    terminal.send("so funny\n")
    terminal.read_until("> ")
    if by_key:
        # The session has no controlling terminal, so the key's signal is sent as the kernel does.
        terminal.process.send_signal(signal.SIGINT)
    else:
        terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait() == 0
    assert "Traceback" not in terminal.output
    assert stored_outcomes(tmp_path) == [("😂", None)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_stored_outcomes(
    pipe: InteractiveProcess, tmp_path: Path, number: signal.Signals
) -> None:
    pipe.send("so funny\n+\n" * 200)
    pipe.read_until("noted: agree 😂\n")
    pipe.process.send_signal(number)
    output = pipe.output + pipe.read_rest()
    assert pipe.wait() == 0
    assert pipe.read_errors() == ""
    answered = output.count("reacted with 😂")
    assert 1 <= answered < 200
    assert stored_outcomes(tmp_path) == [("😂", None)] * answered


def test_a_signal_while_waiting_for_input_exits_cleanly(
    pipe: InteractiveProcess, tmp_path: Path
) -> None:
    pipe.send("so funny\n")
    pipe.read_until("reacted with 😂\n")
    pipe.process.send_signal(signal.SIGTERM)
    assert pipe.wait() == 0
    assert stored_outcomes(tmp_path) == [("😂", None)]
