"""The page that computes in the visitor's browser, in Node and in Chromium."""

import functools
import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.layouts.readers import NODE_MODULES, missing
from bot.hub.repo_files import MissingFile, static_space_files
from demo.page.examples import EXAMPLES
from model import Predictor
from model.emotions import COMFORTING_EMOJIS
from model.training.layouts.browser import write_browser_files
from model.training.layouts.layout_format import LayoutFormat
from tests.web.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEMO = ROOT / "demo"
TEXTS = (
    *EXAMPLES,
    *("my grandmother died this morning", "I want to kill myself", "they shot him dead"),
    *("this traffic is killing me lol", "@death look 😂😂 http://grave.example", "!!!", "😂", " "),
    " ".join(["such a long and boring day at the office"] * 12),
)
TIMEOUT_MILLISECONDS = 100_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (reason := missing(LayoutFormat.TRANSFORMERS_JS)) is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("built")
    write_browser_files(Predictor.load().artifact, folder, EXAMPLES)
    return folder


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def address(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The files that a push sends, on a server of static files."""
    root = tmp_path_factory.mktemp("space")
    for name, file in static_space_files(DEMO, NODE_MODULES, built).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(file.resolve())
    handler = functools.partial(_QuietHandler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_its_five_are_those_of_the_predictor(built: Path) -> None:
    script = str(Path(__file__).with_name("read_static_page.mjs"))
    result = subprocess.run(
        ["node", script, str(NODE_MODULES), str(DEMO / "static"), str(built)],  # noqa: S607 - `missing` found it
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    predicted = Predictor.load().predict(TEXTS)
    for five, own in zip(json.loads(result.stdout), predicted, strict=True):
        assert [score for _, score in five] == pytest.approx([p.score for p in own], abs=0.01)
        assert len({emoji for emoji, _ in five} & {p.emoji for p in own}) >= min(4, len(own))


def test_it_predicts_in_the_browser_and_sends_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="ru-RU")
    tab = context.new_page()
    tab.set_default_timeout(TIMEOUT_MILLISECONDS)
    requested: list[str] = []
    errors: list[str] = []
    tab.on("request", lambda request: requested.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(address)
    expect(tab.locator("html[data-ready]")).to_be_attached(timeout=TIMEOUT_MILLISECONDS)
    before = len(requested)
    first = tab.locator("#tiles li").first
    message = tab.get_by_label("Ваше сообщение")
    for text in ("pizza tonight with the whole family!", "my grandmother died this morning"):
        message.fill(text)
        [own] = Predictor.load().predict([text])
        expect(first).to_have_attribute("data-emoji", own[0].emoji, timeout=TIMEOUT_MILLISECONDS)
    shown = {tile.get_attribute("data-emoji") for tile in tab.locator("#tiles li").all()}
    assert shown <= COMFORTING_EMOJIS
    message.fill("😂")
    expect(tab.get_by_role("status")).to_have_text("Слов пока нет.")
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert requested[before:] == []
    assert all(url.startswith((address, "blob:", "data:")) for url in requested)
    assert tab.evaluate("localStorage.length") == 0
    assert errors == []
    context.close()


def test_a_push_without_the_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="npm install @huggingface/transformers"):
        static_space_files(DEMO, tmp_path, tmp_path)
