"""One page for all tests of a module, and a browser."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import VARIABLE_PREFIXES
from tests.web.page_process import PageProcess, running_page

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def page_environment(tiny_artifact: Path) -> Mapping[str, str]:
    """The environment of a page in front of the tiny artifact."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "EMOJI_REACTOR__MODEL__SOURCE": str(tiny_artifact),
        "EMOJI_REACTOR__LOG__FORMAT": "plain",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def page(
    page_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PageProcess]:
    """The page in front of an empty database."""
    with running_page(tmp_path_factory.mktemp("web"), page_environment) as running:
        yield running
        log = running.log.read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert " error " not in log


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which ``make test`` installs where it can."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium here; apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()
