"""``emoji-reactor predict`` as a process: readers that leave, full disks, Ctrl-C."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import BOT
from tests.cli.talk import piped


def test_a_reader_that_leaves_early_is_no_error(environment: Mapping[str, str]) -> None:
    with piped(environment, "predict") as talk:
        assert talk.process.stdin
        assert talk.process.stdout
        talk.say("so funny\n")
        talk.hear("\n")
        talk.process.stdout.close()
        talk.say("so funny\n" * 3)
        talk.process.stdin.close()
        assert talk.complaints() == ""
        assert talk.ended() == 0


def test_ctrl_c_while_a_line_is_awaited_is_no_traceback(environment: Mapping[str, str]) -> None:
    with piped(environment, "predict") as talk:
        talk.say("so funny\n")
        talk.hear("\n")
        talk.process.send_signal(signal.SIGINT)
        assert talk.ended() == 130
        assert talk.complaints() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_line(environment: Mapping[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*BOT, "predict", "so funny"], stdout=full, stderr=subprocess.PIPE, env=environment
        )
    assert ended.returncode == 1
    [line] = ended.stderr.decode().splitlines()
    assert line.startswith("emoji-reactor: No space left on device (OSError at ")
