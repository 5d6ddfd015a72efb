"""Generate the README's screenshot of the page, and its alternative text.

``python -m tools.build_page_picture`` (``make picture``) after a change of the page or the
artifact; it needs Chromium. Check the picture before committing it.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, expect, sync_playwright

from tests.conftest import VARIABLE_PREFIXES
from tests.web.page_process import running_page
from tests.web.visitor import visiting

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PICTURE = "docs/page.png"
TEXT = "pizza tonight with the whole family!"
CLIP: FloatRect = {"x": 0, "y": 20, "width": 800, "height": 640}
"""CSS pixels: from above the heading to below the status line."""

_ALT = re.compile(rf"!\[The page: [^\]]*\]\({PICTURE}\)")


def take_screenshot(url: str) -> list[str]:
    """Write the picture; return each emoji on it with its score."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with visiting(browser, url, width=int(CLIP["width"])) as visitor:
            visitor.write(TEXT)
            expect(visitor.tab.locator(".tile[data-emoji]")).to_have_count(5)
            visitor.tab.wait_for_timeout(1_000)  # until the tiles are filled
            visitor.tab.screenshot(path=str(ROOT / PICTURE), clip=CLIP)
            tiles = [tile.inner_text().split() for tile in visitor.tiles.all()]
        browser.close()
    return [f"{emoji} {score.rstrip('%')} %" for emoji, score in tiles]


def main() -> None:
    """Write the picture, and its alternative text in the README."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    environment = {**inherited, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    with tempfile.TemporaryDirectory() as folder, running_page(Path(folder), environment) as page:
        predictions = take_screenshot(page.url)
    image = f"![The page: “{TEXT}”, and below it {', '.join(predictions)}]({PICTURE})"
    readme = README.read_text(encoding="utf-8")
    if not _ALT.search(readme):
        sys.exit(f"README.md does not show {PICTURE}")
    README.write_text(_ALT.sub(lambda _: image, readme), encoding="utf-8")


if __name__ == "__main__":
    main()
