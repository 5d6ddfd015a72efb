"""The Space as it is pushed, in a process without the bot."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from gradio_client import Client
from playwright.sync_api import Browser, expect

from model.feedback import SPLITS, FeedbackRow
from model.training.feedback.feedback_targets import read_feedback_targets
from tests.hub_server import MAIN, HubServer
from tests.web.space_process import DEMO, assemble, environment, running_space
from tests.web.visitor import TIMEOUT_MILLISECONDS, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

NAME = "org/choices"
KEY = f"datasets/{NAME}"
TOKEN = "hf_" + "a" * 34
ROOT = DEMO.parent


@pytest.fixture
def space(tiny_artifact: Path, tmp_path: Path) -> Path:
    assemble(tiny_artifact, tmp_path)
    return tmp_path


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """Run the Hub on a thread: the browser's client occupies the loop of the main thread."""
    loop = asyncio.new_event_loop()
    server = HubServer()
    server.uploads.token = TOKEN
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    yield server
    asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def hub_environment(hub: HubServer) -> dict[str, str]:
    return {
        "FEEDBACK_REPO": NAME,
        "HF_ENDPOINT": hub.endpoint,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
    }


def stored_rows(hub: HubServer, folder: str) -> list[FeedbackRow]:
    files = hub.repositories[KEY].revisions[MAIN].files
    lines = [f.splitlines() for name, f in files.items() if name.startswith(f"{folder}/")]
    return [FeedbackRow.model_validate_json(line) for file in lines for line in file]


def import_space(hub: HubServer, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run ``feedback import-space`` from the Hub in a subprocess."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "feedback", "import-space", NAME, "--out", "gathered"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "0", **hub_environment(hub)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_programs_get_predictions_of_the_pushed_artifact(space: Path) -> None:
    with running_space(space) as url:
        client = Client(url, verbose=False)
        response = client.predict("so funny haha", api_name="/predict")
        assert response["model"].startswith("tiny-")
        assert [p["emoji"] for p in response["predictions"]][:2] == ["😂", "🤣"]
        api = client.view_api(return_format="dict")
        assert list(api["named_endpoints"]) == ["/predict"]


def test_choices_go_to_the_data_set_and_texts_only_by_consent(
    space: Path, hub: HubServer, browser: Browser
) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with running_space(space, **hub_environment(hub)) as url, visiting(browser, url) as visitor:
        visitor.write("so funny")
        visitor.expect_first("😂")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😂")
        visitor.tab.get_by_label("Keep my text with my choices").check()
        expect(visitor.tab.locator("#consent-status")).to_contain_text("Thank you.")
        visitor.write("what a scary night")
        visitor.expect_first("😱")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😱")
    assert hub.repositories[KEY].token == TOKEN  # private
    choices = stored_rows(hub, "choices")
    assert [row.feedback[0].emoji for row in choices] == ["😂", "😱"]
    [text_row] = stored_rows(hub, "texts")
    assert text_row.text == "what a scary night"
    assert choices[1] == text_row.model_copy(update={"text": None, "consent_version": None})
    assert "scary" not in (space / "space.log").read_text("utf-8")

    # The import can be read by training.
    ended = import_space(hub, space)
    assert (ended.stderr, ended.stdout) == ("", "2 rows, 1 with text, in gathered\n")
    [target] = [x for split in SPLITS for x in read_feedback_targets(space / "gathered", split)]
    assert (target.text, list(target.liked)) == ("what a scary night", ["😱"])


def test_an_erasure_reaches_the_hub_and_its_history(
    space: Path, hub: HubServer, browser: Browser
) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    consent = "Keep my text with my choices"
    with running_space(space, **hub_environment(hub)) as url, visiting(browser, url) as visitor:
        visitor.tab.get_by_label(consent).check()
        expect(visitor.tab.locator("#consent-status")).to_contain_text("Thank you.")
        visitor.write("what a scary night")
        visitor.expect_first("😱")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😱")
        state = visitor.tab.context.storage_state()
    assert len(stored_rows(hub, "texts")) == 1

    # Another process must erase what the first one pushed.
    with running_space(space, **hub_environment(hub)) as url:
        origin = url.rstrip("/")
        for stored in state["origins"]:
            stored["origin"] = origin
        with visiting(browser, url, state=state) as visitor:
            expect(visitor.tab.get_by_label(consent)).not_to_be_checked()
            visitor.tab.get_by_role("button", name="Erase what I gave").click()
            expect(visitor.tab.locator("#consent-status")).to_contain_text("is erased.")
            assert visitor.tab.url.startswith(origin)
    assert stored_rows(hub, "texts") == []
    assert stored_rows(hub, "choices") == []
    history = hub.repositories[KEY].history
    assert not any(b"scary" in file for commit in history for file in commit.files.values())
    assert "holds no choices" in import_space(hub, space).stderr


def test_nothing_is_stored_without_the_variable(space: Path, browser: Browser) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with running_space(space) as url, visiting(browser, url) as visitor:
        visitor.write("so funny")
        visitor.expect_first("😂")
        expect(visitor.tiles.first).to_be_disabled()
        expect(visitor.tab.locator("#consent")).to_have_count(0)
        expect(visitor.tab.get_by_role("tab", name="What it has learned")).to_have_count(0)


def test_a_refused_data_set_is_an_error_of_one_line(space: Path, hub: HubServer) -> None:
    hub.uploads.token = "another"
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=space / "space",
        env=environment(space, hub_environment(hub)),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"FEEDBACK_REPO: the Hub refused {NAME} (")
    assert "HF_TOKEN" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert TOKEN not in ended.stderr


def test_header_and_requirements_name_the_pinned_versions() -> None:
    header = yaml.safe_load((DEMO / "README.md").read_text("utf-8").split("---\n")[1])
    assert header["sdk"] == "gradio"
    assert (DEMO / header["app_file"]).is_file()
    pins = set((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    requirements = (DEMO / "requirements.txt").read_text("utf-8").splitlines()
    assert {line for line in requirements if not line.startswith("#")} <= pins
    assert f"gradio=={header['sdk_version']}" in pins
