"""The program in an empty network namespace: no look-up of a name, no foreign file in the home."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.telemetry import VARIABLES
from tests.conftest import VARIABLE_PREFIXES
from tests.web.space_process import assemble

pytestmark = [pytest.mark.slow]

ROOT = Path(__file__).parents[1]
_REMOTE = re.compile(r"(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?, .*")
# Serves the page, opens it, and ends.
_WEB = """
import re, signal, subprocess, sys, time, urllib.request
command = sys.argv[1:]
process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in process.stdout:
    if found := re.search(r"http://127[^ ]+", line):
        break
else:
    sys.exit("the page did not start")
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
status = opener.open(found[0], timeout=60).status
time.sleep(1)
process.send_signal(signal.SIGTERM)
sys.exit(process.wait() or status != 200)
"""


def _has_namespaces() -> bool:
    if shutil.which("unshare") is None or shutil.which("strace") is None:
        return False
    probe = ["unshare", "-n", "strace", "-o", os.devnull, "ip", "link", "set", "lo", "up"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _environment(home: Path, artifact: Path, path: Path) -> dict[str, str]:
    foreign = ("HF_", "GRADIO_", "XDG_", "PYTEST", *VARIABLES, *VARIABLE_PREFIXES)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(path),
        "PYTHONUNBUFFERED": "1",
        "EMOJI_REACTOR__MODEL__SOURCE": str(artifact),
        "EMOJI_REACTOR__LOG__FORMAT": "plain",
        "ORT_DISABLE_TELEMETRY": "0",
    }


BOT = (sys.executable, "-m", "bot")


@pytest.mark.parametrize(
    "command",
    [
        (*BOT, "predict", "so funny"),
        (*BOT, "chat"),
        (*BOT, "model", "info"),
        (sys.executable, "-c", _WEB, *BOT, "web", "--port", "0"),
        (sys.executable, "-c", _WEB, sys.executable, "app.py"),
    ],
    ids=["predict", "chat", "info", "web", "space"],
)
@pytest.mark.timeout(180)
def test_a_command_talks_to_nobody_and_leaves_nothing_in_the_home(
    command: tuple[str, ...], tiny_artifact: Path, tmp_path: Path
) -> None:
    if not _has_namespaces():
        pytest.skip("no network namespaces here: needs root, unshare, ip and strace")
    home, trace = tmp_path / "home", tmp_path / "trace"
    home.mkdir()
    folder, path = tmp_path, ROOT
    if command[-1] == "app.py":
        assemble(tiny_artifact, tmp_path)
        folder, path = tmp_path / "space", tmp_path
    isolated = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    traced = ["strace", "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    ended = subprocess.run(
        [*isolated, *traced, *command],
        cwd=folder,
        env=_environment(home, tiny_artifact, path),
        input=b"so funny\n",
        capture_output=True,
        timeout=170,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [file for file in home.rglob("*") if file.is_file()] == []
    calls = [line for line in trace.read_text().splitlines() if _REMOTE.search(line)]
    assert [call for call in calls if '"127.0.0.1"' not in call or "htons(53)" in call] == []


def test_the_libraries_read_that_telemetry_is_off() -> None:
    code = (
        "import bot, huggingface_hub.constants as hub, gradio.analytics as gradio\n"
        "assert hub.HF_HUB_DISABLE_TELEMETRY and not gradio.analytics_enabled()"
    )
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
