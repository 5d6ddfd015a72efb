"""What a busy community's database tells, on a phone."""

import datetime
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from demo.page.learned import DAYS
from demo.page.port import Learned, Row, Swap
from tests.web.fakes import FakeReactor
from tests.web.served import Served
from tests.web.visitor import PATIENCE, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CUSTOM = ":blob_wave_with_the_longest_name:"


class Busy(FakeReactor):
    """Has seen a million messages."""

    async def learned(self) -> Learned | None:
        first = datetime.date(2026, 1, 1)
        days = [(first + datetime.timedelta(day), Row("", 40, 30 + day % 10)) for day in range(90)]
        rows = [Row("😂", 400_000, 350_000), Row(CUSTOM, 90, 70)]
        chosen = [("😭", 231_000), (CUSTOM, 12)]
        return Learned(1_234_567, 1_204, rows, days, [Swap("😂", CUSTOM, 31)], chosen)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served(Busy())
    with served.running():
        yield served


def test_all_of_it_fits_a_phone(served: Served, browser: Browser) -> None:
    expect.set_options(timeout=PATIENCE)
    with visiting(browser, served.url, width=390) as visitor:
        visitor.tab.get_by_role("tab", name="What it has learned").click()
        expect(visitor.tab.locator(".days li")).to_have_count(DAYS)
        expect(visitor.tab.get_by_role("rowheader", name=CUSTOM)).to_be_visible()
        assert visitor.tab.evaluate("document.documentElement.scrollWidth") <= 390
