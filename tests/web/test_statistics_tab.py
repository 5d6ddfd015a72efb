"""The statistics tab, as HTML and on a phone."""

import datetime
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from demo.page.interface import Acceptance, Correction, PageStatistics
from demo.page.statistics_tab import MAX_DAYS, NO_FEEDBACK, render_statistics
from tests.web.fakes import FakeBackend
from tests.web.html_reader import HtmlReader
from tests.web.server import PageServer
from tests.web.visitor import TIMEOUT_MILLISECONDS, visiting

CUSTOM = ":blob_wave_with_the_longest_name:"


def test_acceptance_choices_and_corrections_are_rendered() -> None:
    day = datetime.date(2026, 2, 1)
    statistics = PageStatistics(
        predictions=10,
        feedback=3,
        by_emoji=[Acceptance("😂", 4, 3)],
        by_day=[(day, Acceptance("", 4, 3))],
        corrections=[Correction("😂", "😭", 2)],
        chosen=[("😭", 2)],
    )
    text = HtmlReader(render_statistics(statistics)).text
    assert "What people chose😭 2" in text
    assert "75%" in text
    assert "2026-02-01: 75% of 4 kept" in text
    assert "face with tears of joy, instead loudly crying face, 2 times" in text
    assert NO_FEEDBACK in render_statistics(PageStatistics(0, 0, [], [], []))


def test_choices_are_rendered_even_if_the_bot_showed_nothing() -> None:
    statistics = PageStatistics(1, 1, [], [], [], [("😭", 1)])
    assert "What people chose😭 1" in HtmlReader(render_statistics(statistics)).text


class LargeBackend(FakeBackend):
    """Statistics of a million messages."""

    async def statistics(self) -> PageStatistics | None:
        first = datetime.date(2026, 1, 1)
        days = [
            (first + datetime.timedelta(day), Acceptance("", 40, 30 + day % 10))
            for day in range(90)
        ]
        emojis = [Acceptance("😂", 400_000, 350_000), Acceptance(CUSTOM, 90, 70)]
        chosen = [("😭", 231_000), (CUSTOM, 12)]
        corrections = [Correction("😂", CUSTOM, 31)]
        return PageStatistics(1_234_567, 1_204, emojis, days, corrections, chosen)


@pytest.fixture
def server() -> Iterator[PageServer]:
    server = PageServer(LargeBackend())
    with server.running():
        yield server


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_tab_fits_a_phone(server: PageServer, browser: Browser) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with visiting(browser, server.url, width=390) as visitor:
        visitor.tab.get_by_role("tab", name="What it has learned").click()
        expect(visitor.tab.locator(".days li")).to_have_count(MAX_DAYS)
        expect(visitor.tab.get_by_role("rowheader", name=CUSTOM)).to_be_visible()
        assert visitor.tab.evaluate("document.documentElement.scrollWidth") <= 390
