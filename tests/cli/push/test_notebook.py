"""The notebook of the docs, from feedback in a database to a model on a Hub on loopback."""

import asyncio
import json
import sys
from collections.abc import Mapping

import pytest

from bot.core.events import FeedbackKind
from model.artifact import LAYOUT
from model.artifact_source import REPOSITORY_FOLDER
from tests.cli.conftest import ROOT
from tests.cli.push.conftest import NAME, hub_environment
from tests.cli.push.stored import hub_files
from tests.cli.test_retrain import AUTHORS, record_feedback
from tests.hub_server import HubServer

NOTEBOOK = ROOT / "docs/export-to-hub.ipynb"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def code_of_notebook() -> str:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


async def test_the_notebook_runs_to_a_model_that_can_be_loaded(
    hub: HubServer, environment: Mapping[str, str]
) -> None:
    await record_feedback(AUTHORS, FeedbackKind.CORRECT)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code_of_notebook()),
        env={**hub_environment(hub, environment), "REPO": NAME},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert "'train': 80" in out.decode()
    predicted = out.decode().splitlines()[-5:]
    assert "🎉" in {line.split()[0] for line in predicted}  # what people corrected to
    files = hub_files(hub, NAME)
    assert {"model.onnx", "README.md", f"{REPOSITORY_FOLDER}/{LAYOUT.manifest}"} <= set(files)
