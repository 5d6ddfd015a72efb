"""The Space as it is pushed, as a process that knows nothing of the bot."""

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
from tests.web.space import DEMO, assemble, environment, serving
from tests.web.visitor import PATIENCE, visiting

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
    """On a thread of its own: the browser's client keeps this one's loop."""
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


def feeding(hub: HubServer) -> dict[str, str]:
    return {
        "FEEDBACK_REPO": NAME,
        "HF_ENDPOINT": hub.endpoint,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
    }


def kept(hub: HubServer, folder: str) -> list[FeedbackRow]:
    files = hub.repositories[KEY].revisions[MAIN].files
    lines = [f.splitlines() for name, f in files.items() if name.startswith(f"{folder}/")]
    return [FeedbackRow.model_validate_json(line) for file in lines for line in file]


def gathered(hub: HubServer, folder: Path) -> "subprocess.CompletedProcess[str]":
    """``feedback gather`` from the Hub, as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "feedback", "gather", NAME, "--out", "gathered"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "0", **feeding(hub)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_programs_get_the_five_of_the_artifact_that_was_pushed(space: Path) -> None:
    with serving(space) as url:
        client = Client(url, verbose=False)
        answer = client.predict("so funny haha", api_name="/predict")
        assert answer["model"].startswith("tiny-")
        assert [p["emoji"] for p in answer["predictions"]][:2] == ["😂", "🤣"]
        described = client.view_api(return_format="dict")
        assert list(described["named_endpoints"]) == ["/predict"]


def test_choices_go_to_the_data_set_and_texts_by_consent_alone(
    space: Path, hub: HubServer, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE)
    with serving(space, **feeding(hub)) as url, visiting(browser, url) as visitor:
        visitor.write("so funny")
        visitor.sees("😂")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😂")
        visitor.tab.get_by_label("Keep my text with my choices").check()
        expect(visitor.tab.locator("#told")).to_contain_text("Thank you.")
        visitor.write("what a scary night")
        visitor.sees("😱")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😱")
    assert hub.repositories[KEY].token == TOKEN  # private
    choices = kept(hub, "choices")
    assert [row.feedback[0].emoji for row in choices] == ["😂", "😱"]
    [said] = kept(hub, "texts")
    assert said.text == "what a scary night"
    assert choices[1] == said.model_copy(update={"text": None, "consent_version": None})
    assert "scary" not in (space / "space.log").read_text("utf-8")

    # Training takes it.
    ended = gathered(hub, space)
    assert (ended.stderr, ended.stdout) == ("", "2 rows, 1 with text, in gathered\n")
    [lesson] = [x for split in SPLITS for x in read_feedback_targets(space / "gathered", split)]
    assert (lesson.text, list(lesson.liked)) == ("what a scary night", ["😱"])


def test_what_is_taken_back_is_erased_on_the_hub_and_in_its_history(
    space: Path, hub: HubServer, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE)
    consent = "Keep my text with my choices"
    with serving(space, **feeding(hub)) as url, visiting(browser, url) as visitor:
        visitor.tab.get_by_label(consent).check()
        expect(visitor.tab.locator("#told")).to_contain_text("Thank you.")
        visitor.write("what a scary night")
        visitor.sees("😱")
        visitor.tiles.first.click()
        expect(visitor.status).to_contain_text("Counted: 😱")
        state = visitor.tab.context.storage_state()
    assert len(kept(hub, "texts")) == 1

    # After a restart, another process erases what the first one pushed.
    with serving(space, **feeding(hub)) as url:
        origin = url.rstrip("/")
        for known in state["origins"]:
            known["origin"] = origin
        with visiting(browser, url, state=state) as visitor:
            expect(visitor.tab.get_by_label(consent)).not_to_be_checked()
            visitor.tab.get_by_role("button", name="Erase what I gave").click()
            expect(visitor.tab.locator("#told")).to_contain_text("is erased.")
            assert visitor.tab.url.startswith(origin)
    assert kept(hub, "texts") == []
    assert kept(hub, "choices") == []
    history = hub.repositories[KEY].history
    assert not any(b"scary" in file for commit in history for file in commit.files.values())
    assert "holds no choices" in gathered(hub, space).stderr


def test_nothing_is_kept_without_the_variable(space: Path, browser: Browser) -> None:
    expect.set_options(timeout=PATIENCE)
    with serving(space) as url, visiting(browser, url) as visitor:
        visitor.write("so funny")
        visitor.sees("😂")
        expect(visitor.tiles.first).to_be_disabled()
        expect(visitor.tab.locator("#consent")).to_have_count(0)
        expect(visitor.tab.get_by_role("tab", name="What it has learned")).to_have_count(0)


def test_a_refused_data_set_is_one_line(space: Path, hub: HubServer) -> None:
    hub.uploads.token = "another"
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=space / "space",
        env=environment(space, feeding(hub)),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"FEEDBACK_REPO: the Hub did not take {NAME} (")
    assert "HF_TOKEN" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert TOKEN not in ended.stderr


def test_the_header_and_the_requirements_are_the_pinned_versions() -> None:
    head = yaml.safe_load((DEMO / "README.md").read_text("utf-8").split("---\n")[1])
    assert head["sdk"] == "gradio"
    assert (DEMO / head["app_file"]).is_file()
    pins = set((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    needed = (DEMO / "requirements.txt").read_text("utf-8").splitlines()
    assert {line for line in needed if not line.startswith("#")} <= pins
    assert f"gradio=={head['sdk_version']}" in pins
