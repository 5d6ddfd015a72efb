"""``emoji-reactor predict --input`` as a process that is killed."""

import json
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.cli.conftest import BOT

ROWS = 40_000
DEADLINE_SECONDS = 60.0


def test_a_killed_run_goes_on(environment: Mapping[str, str], tmp_path: Path) -> None:
    source, output = tmp_path / "texts.jsonl", tmp_path / "out"
    texts = [f"haha number {number}" for number in range(ROWS)]
    source.write_text("".join(f'{{"text": "{text}"}}\n' for text in texts))
    command = [*BOT, "predict", "--input", str(source), "--output", str(output), "--top-k", "1"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + DEADLINE_SECONDS
        while not (output / "part-0000000.jsonl").exists() and time.monotonic() < end:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.01)  # changes of another process cannot be awaited
        process.send_signal(signal.SIGKILL)
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert 0 < int(again.stderr.split()[0]) < ROWS
    parts = sorted(output.glob("part-*"))
    rows = [json.loads(line) for part in parts for line in part.read_text().splitlines()]
    assert [row["text"] for row in rows] == texts
    assert all(len(row["predictions"]) == 1 for row in rows)
    other = [*command[:-1], "2"]
    refused = subprocess.run(other, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "choose another folder" in refused.stderr
