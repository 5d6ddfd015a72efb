"""``emoji-reactor predict`` as a process: closed pipes, full disks, Ctrl-C."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import BOT
from tests.cli.interactive_process import piped


def test_a_closed_output_is_not_an_error(environment: Mapping[str, str]) -> None:
    with piped(environment, "predict") as process:
        assert process.process.stdin
        assert process.process.stdout
        process.send("so funny\n")
        process.read_until("\n")
        process.process.stdout.close()
        process.send("so funny\n" * 3)
        process.process.stdin.close()
        assert process.read_errors() == ""
        assert process.wait() == 0


def test_ctrl_c_while_waiting_for_input_prints_no_traceback(environment: Mapping[str, str]) -> None:
    with piped(environment, "predict") as process:
        process.send("so funny\n")
        process.read_until("\n")
        assert process.interrupt_until_it_ends() == 130
        assert process.read_errors() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_a_one_line_error(environment: Mapping[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*BOT, "predict", "so funny"], stdout=full, stderr=subprocess.PIPE, env=environment
        )
    assert result.returncode == 1
    [line] = result.stderr.decode().splitlines()
    assert line.startswith("emoji-reactor: No space left on device (OSError at ")
