"""A visitor of the page in a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, expect

TIMEOUT_MILLISECONDS = 20_000
"""Generous, since the machine may run other tests."""


class Visitor:
    """One browser profile with the page open."""

    def __init__(self, tab: Page) -> None:
        """Drive an open tab."""
        self.tab = tab
        self.message = tab.get_by_label("Your message")
        self.tiles = tab.locator(".tile")
        self.status = tab.locator("#predictions").get_by_role("status")

    def write(self, text: str) -> None:
        """Put in a text at once, as pasting does, so that no tile is of a part of it."""
        self.message.fill(text)

    def type(self, text: str) -> None:
        """Type a text key by key; until the last key's answer, the tiles are of a part of it."""
        self.message.fill("")
        self.message.press_sequentially(text)

    def expect_first(self, *emojis: str) -> None:
        """Wait until these are the first predictions."""
        for rank, emoji in enumerate(emojis):
            expect(self.tiles.nth(rank)).to_have_attribute("data-emoji", emoji)

    def predictions(self) -> list[str]:
        """Return the emojis on the tiles."""
        tiles = self.tab.locator(".tile[data-emoji]").all()
        return [tile.get_attribute("data-emoji") or "" for tile in tiles]

    def wait_until_ready(self) -> None:
        """Wait until the page handles events, which it does once the browser has its id."""
        expect(self.message).to_be_visible()
        self.tab.wait_for_function("localStorage.getItem('emoji-reactor-visitor')")

    def reload(self) -> None:
        """Reload the page in the same browser."""
        self.tab.reload()
        self.wait_until_ready()


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    state: StorageState | None = None,
) -> Iterator[Visitor]:
    """Open the page in a new browser profile, or in one with a stored state.

    Requests to other hosts and script errors fail the test.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale="en-GB",
        storage_state=state,
    )
    context.set_default_timeout(TIMEOUT_MILLISECONDS)
    tab = context.new_page()
    foreign_requests: list[str] = []
    errors: list[str] = []
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((url, "data:", "blob:"))
            else foreign_requests.append(request.url)
        ),
    )
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(url)
    visitor = Visitor(tab)
    visitor.wait_until_ready()
    yield visitor
    context.close()
    assert foreign_requests == []
    assert errors == []
