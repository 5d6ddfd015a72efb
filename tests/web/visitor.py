"""A person in front of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, expect

PATIENCE = 20_000
"""Milliseconds, on a machine that has other work too."""


class Visitor:
    """One browser profile with the page open."""

    def __init__(self, tab: Page) -> None:
        """Look at an open tab."""
        self.tab = tab
        self.message = tab.get_by_label("Your message")
        self.tiles = tab.locator(".tile")
        self.status = tab.locator("#five").get_by_role("status")

    def write(self, text: str) -> None:
        """Type a text a key at a time, as people do."""
        self.message.fill("")
        self.message.press_sequentially(text)

    def sees(self, *best: str) -> None:
        """Wait until these are the first of the five."""
        for place, emoji in enumerate(best):
            expect(self.tiles.nth(place)).to_have_attribute("data-emoji", emoji)

    def five(self) -> list[str]:
        """What is shown."""
        shown = self.tab.locator(".tile[data-emoji]").all()
        return [tile.get_attribute("data-emoji") or "" for tile in shown]

    def arrive(self) -> None:
        """Wait until the page listens, which it does once it has given the browser its id."""
        expect(self.message).to_be_visible()
        self.tab.wait_for_function("localStorage.getItem('emoji-reactor-person')")

    def reload(self) -> None:
        """Come back later with the same browser."""
        self.tab.reload()
        self.arrive()


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    state: StorageState | None = None,
) -> Iterator[Visitor]:
    """A new profile, as another person has, or one with what a browser kept.

    Nothing may be fetched from anywhere else.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale="en-GB",
        storage_state=state,
    )
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((url, "data:", "blob:"))
            else strangers.append(request.url)
        ),
    )
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(url)
    visitor = Visitor(tab)
    visitor.arrive()
    yield visitor
    context.close()
    assert strangers == []
    assert errors == []
