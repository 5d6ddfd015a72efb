"""A Space as a subprocess: the pushed files in a folder, without the bot."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.hub.repo_files import space_files
from model.artifact import LAYOUT, load
from tests.conftest import VARIABLE_PREFIXES
from tests.web.page_process import TIMEOUT_SECONDS, eventually

DEMO = Path(__file__).parents[2] / "demo"
# The bot is importable everywhere if it is installed in editable mode; this blocks its import.
_WITHOUT_BOT = "import sys\nsys.modules.update(dict.fromkeys(('bot', 'demo', 'migrations')))\n"


def assemble(artifact: Path, folder: Path) -> None:
    """Write the files that ``push space`` sends."""
    carded = folder / "artifact"
    carded.mkdir(parents=True)
    for file in artifact.iterdir():
        (carded / file.name).write_bytes(file.read_bytes())
    (carded / LAYOUT.card).write_text("# A card\n", "utf-8")
    for name, file in space_files(DEMO, load(carded)).items():
        path = folder / "space" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.read_bytes())
    (folder / "sitecustomize.py").write_text(_WITHOUT_BOT, "utf-8")


def environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a Space, with ``more``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((*VARIABLE_PREFIXES, "HF_", "GRADIO_", "FEEDBACK_"))
    }
    return {
        **kept,
        "PYTHONPATH": str(folder),
        "PYTHONUNBUFFERED": "1",
        "GRADIO_SERVER_PORT": str(_free_port()),
        "HF_HOME": str(folder / "hub"),
        "NO_PROXY": "127.0.0.1",
        **more,
    }


def _free_port() -> int:
    """Return a free port; if another process takes it first, Gradio tries the next one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_space(folder: Path, **more: str) -> Iterator[str]:
    """The address of ``python app.py``; on leaving, a SIGTERM must end it with status 0."""
    log = folder / "space.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=folder / "space",
            env=environment(folder, more),
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: "http://" in log.read_text() or process.poll() is not None)
        found = re.search(r"http://127\S+", log.read_text())
        assert found, log.read_text()
        yield found[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0, log.read_text()
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait()
