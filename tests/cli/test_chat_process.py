"""``emoji-reactor chat`` as a process: by hand on a terminal, through pipes, ended by signals."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import BOT
from tests.cli.rows import answers, words
from tests.cli.talk import Talk, closing_process, piped


@pytest.fixture
def terminal(environment: Mapping[str, str]) -> Iterator[Talk]:
    """A person's terminal with the chat in it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*BOT, "chat"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm", "COLUMNS": "80"},
        start_new_session=True,
    )
    os.close(theirs)
    with closing_process(process):
        yield Talk(process, ours, ours)
    os.close(ours)


@pytest.fixture
def pipe(environment: Mapping[str, str]) -> Iterator[Talk]:
    """Another program's pipes with the chat between them."""
    with piped(environment, "chat") as talk:
        yield talk


def test_by_hand(terminal: Talk, tmp_path: Path) -> None:
    assert "Ctrl-D ends" in terminal.hear("> ")
    terminal.say("so funny\n")
    answer = terminal.hear("> ")
    table = [line.split() for line in answer.splitlines() if re.match(r"\s*[1-5] ", line)]
    assert [row[0] for row in table] == ["1", "2", "3", "4", "5"]
    assert table[0][1] == "😂"
    assert 0.2 < float(table[0][2]) < 1
    assert "reacted with 😂" in answer
    terminal.say("2\n")
    assert f"noted: correct {table[1][1]}" in terminal.hear("> ")
    terminal.say("\n")
    terminal.hear("> ")
    terminal.say("\x04")
    assert terminal.ended() == 0
    assert answers(tmp_path) == [("😂", None)]
    assert words(tmp_path) == [("correct", table[1][1])]


@pytest.mark.parametrize("by_key", [True, False], ids=["ctrl-c", "sigterm"])
def test_by_hand_until_interrupted(terminal: Talk, tmp_path: Path, by_key: bool) -> None:
    terminal.hear("> ")
    terminal.say("so funny\n")
    terminal.hear("> ")
    if by_key:
        # The session has no controlling terminal, so the key's signal is sent as the kernel does.
        terminal.process.send_signal(signal.SIGINT)
    else:
        terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 0
    assert "Traceback" not in terminal.said
    assert answers(tmp_path) == [("😂", None)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_everything_that_was_answered(
    pipe: Talk, tmp_path: Path, number: signal.Signals
) -> None:
    pipe.say("so funny\n+\n" * 200)
    pipe.hear("noted: agree 😂\n")
    pipe.process.send_signal(number)
    told = pipe.said + pipe.rest()
    assert pipe.ended() == 0
    assert pipe.complaints() == ""
    answered = told.count("reacted with 😂")
    assert 1 <= answered < 200
    assert answers(tmp_path) == [("😂", None)] * answered


def test_a_signal_while_a_line_is_awaited_ends_cleanly(pipe: Talk, tmp_path: Path) -> None:
    pipe.say("so funny\n")
    pipe.hear("reacted with 😂\n")
    pipe.process.send_signal(signal.SIGTERM)
    assert pipe.ended() == 0
    assert answers(tmp_path) == [("😂", None)]
