"""Exports for Label Studio and Argilla, as their own packages read them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind
from bot.database.store import SqlStore
from bot.dataset.export import ExportRequest, export
from bot.dataset.folder import check_export_folder
from bot.dataset.pseudonymize import assign_split
from bot.dataset.writers import Format
from bot.hub.repo_files import dataset_files
from tests.core.fakes import ANNA, BEN
from tests.dataset.community import TERMS, everything, say

TOOLS = Path(__file__).resolve().parents[3] / "build" / "annotation"
BOTH = (Format.LABEL_STUDIO, Format.ARGILLA)

needs_tools = pytest.mark.skipif(
    not (TOOLS / "argilla").is_dir(),
    reason="the annotation tools' SDKs are missing; make annotation",
)


@pytest.fixture
async def exported(engine: AsyncEngine, store: SqlStore, tmp_path: Path) -> Path:
    """An export with two texts of Anna's, and a message of Ben's, who did not agree."""
    await store.members.set_consent("console", ANNA, TERMS)
    await say(store, 1, ANNA, FeedbackKind.REMOVE, FeedbackKind.CORRECT)
    await say(store, 2, ANNA, FeedbackKind.AGREE)
    await say(store, 3, BEN)
    await export(engine, ExportRequest(everything(), BOTH), tmp_path / "out")
    return tmp_path / "out"


def read(script: str, folder: Path) -> Any:  # noqa: ANN401 - any JSON
    """Return what a reader prints, run with the tools' packages on its path."""
    paths = os.pathsep.join([str(TOOLS), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, str(Path(__file__).parent / script), str(folder)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@needs_tools
def test_label_studio_reads_tasks_with_predictions(exported: Path) -> None:
    found = read("read_label_studio.py", exported / "label-studio")
    assert set(found["labels"]) == {"😂", "🔥", "😭"}
    first, second = sorted(found["tasks"], key=lambda task: task["text"])
    assert [first["text"], second["text"]] == ["so funny, number 1", "so funny, number 2"]
    assert [task["valid"] for task in (first, second)] == [True, True]
    assert [task["errors"] for task in (first, second)] == [[], []]
    [prediction] = first["predictions"]
    assert prediction["model_version"] == "tiny-1"
    assert prediction["result"][0]["value"] == {"choices": ["😂", "🔥"]}
    kinds = ("shown", "agreed", "removed", "corrected")
    assert [first["data"].get(kind) for kind in kinds] == [["😂"], None, ["😂"], ["😭"]]
    assert [second["data"].get(kind) for kind in kinds] == [["😂"], ["😂"], None, None]


@needs_tools
def test_label_studio_refuses_an_emoji_that_is_no_label(exported: Path) -> None:
    config = exported / "label-studio" / "labels.xml"
    config.write_text(config.read_text("utf-8").replace("🔥", "🎉"), "utf-8")
    tasks = read("read_label_studio.py", exported / "label-studio")["tasks"]
    assert all(task["errors"] for task in tasks)


@needs_tools
def test_argilla_imports_a_split_with_suggestions(exported: Path) -> None:
    split = assign_split(ANNA)
    found = read("read_argilla.py", exported / "argilla" / split)
    assert found["dataset"]["status"] == "ready"
    assert found["dataset"]["name"] == f"emoji-feedback-{split}"
    [question] = found["questions"]
    assert {o["value"] for o in question["settings"]["options"]} == {"😂", "🔥", "😭"}
    first, second = sorted(found["records"], key=lambda record: record["fields"]["text"])
    assert first["fields"] == {"text": "so funny, number 1"}
    [suggestion] = first["suggestions"]
    assert suggestion["question_id"] == question["id"]
    assert suggestion["value"] == ["😂", "🔥"]
    assert suggestion["score"] == [0.612346, 0.3]
    assert suggestion["agent"] == "tiny-1"
    assert first["metadata"]["removed"] == ["😂"]
    assert first["metadata"]["corrected"] == ["😭"]
    assert "agreed" not in first["metadata"]
    assert second["metadata"]["agreed"] == ["😂"]


def test_messages_without_a_text_are_left_out(exported: Path) -> None:
    tasks = [
        task
        for file in (exported / "label-studio").glob("*.json")
        for task in json.loads(file.read_text("utf-8"))
    ]
    assert len(tasks) == 2
    check_export_folder(exported)


def test_only_the_owner_reads_the_files_and_all_are_pushed(exported: Path) -> None:
    files = {p.relative_to(exported).as_posix(): p for p in exported.rglob("*") if p.is_file()}
    assert {p.stat().st_mode & 0o777 for p in files.values()} == {0o600}
    assert dataset_files(exported).keys() == files.keys()
    assert f"argilla/{assign_split(ANNA)}/.argilla/settings.json" in files


async def test_an_export_without_texts_has_no_file_for_annotators(
    engine: AsyncEngine, store: SqlStore, tmp_path: Path
) -> None:
    await say(store, 3, BEN)
    await export(engine, ExportRequest(everything(), BOTH), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").rglob("*"))
    assert names == ["README.md", "export.json"]
