"""The page and the API of one process, on one port."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from bot.api.access import OPEN_PATHS, SCOPES, is_api_path
from tests.e2e.operations import free_address
from tests.web.page_process import PageProcess, running_page
from tests.web.visitor import TIMEOUT_MILLISECONDS, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TOKEN, PASSWORD = "beside-the-page-0123", "open-sesame-1234"
CLIENT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def both(
    page_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PageProcess]:
    tokens = {"EMOJI_REACTOR_API_TOKENS": f"bot:predict+metrics:{TOKEN}"}
    command = ("serve", "--page", "--listen", free_address())
    folder = tmp_path_factory.mktemp("both")
    with running_page(folder, {**page_environment, **tokens}, command) as running:
        yield running
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


def test_a_visitor_and_a_client_use_the_same_model_and_database(
    both: PageProcess, browser: Browser
) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with visiting(browser, both.url) as visitor:
        visitor.write("so funny haha")
        visitor.expect_first("😂", "🤣")
        visitor.tiles.first.click()
        expect(visitor.status).to_have_text("Counted: 😂. Thank you!")
    with httpx.Client(base_url=both.url, headers=CLIENT, trust_env=False) as http:
        answer = http.post("/v1/predict", json={"texts": ["so funny haha"], "messages": ["1"]})
        assert answer.json()["results"][0]["predictions"][0]["emoji"] == "😂"
        assert "emoji_reactor_" in http.get("/metrics").text
    assert both.rows("SELECT platform FROM community ORDER BY platform") == [("api",), ("web",)]


def test_each_has_its_own_access_control(both: PageProcess) -> None:
    with httpx.Client(base_url=both.url, trust_env=False) as http:
        assert http.get("/").status_code == http.get("/healthz").status_code == 200
        assert "Content-Security-Policy" in http.get("/").headers
        refused = http.post("/v1/predict", json={"texts": ["so funny"]})
        assert refused.status_code == 401
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert http.get("/v1/unknown").status_code == 401
        assert http.get("/unknown").status_code == 404


def test_a_password_of_the_page_does_not_open_the_api(
    page_environment: Mapping[str, str], tmp_path: Path
) -> None:
    secrets = {
        "EMOJI_REACTOR_API_TOKENS": f"bot:predict:{TOKEN}",
        "EMOJI_REACTOR_WEB_TOKEN": PASSWORD,
    }
    command = ("serve", "--page", "--listen", free_address())
    with (
        running_page(tmp_path, {**page_environment, **secrets}, command) as running,
        httpx.Client(base_url=running.url, trust_env=False) as http,
    ):
        visitor = {"Authorization": f"Bearer {PASSWORD}"}
        assert http.get("/").status_code == 401
        assert http.get("/", headers=visitor).status_code == 200
        assert http.get("/", headers=CLIENT).status_code == 401
        assert http.get("/v1/emoji", headers=visitor).status_code == 401
        assert http.get("/v1/emoji", headers=CLIENT).status_code == 200


def test_the_page_has_none_of_the_paths_of_the_api() -> None:
    assert all(map(is_api_path, [*SCOPES, *OPEN_PATHS, "/mcp", "/v1/later"]))
    assert not any(map(is_api_path, ["/", "/config", "/gradio_api/info", "/v1", "/healthz/x"]))
