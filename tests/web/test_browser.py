"""The page in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from model.emoji import TELEGRAM_REACTIONS
from tests.web.page_process import PageProcess, eventually
from tests.web.visitor import TIMEOUT_MILLISECONDS, Visitor, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

FEEDBACK_QUERY = (
    "SELECT p.shown, p.text, f.kind, f.emoji, f.source FROM prediction p"
    " JOIN feedback f ON f.prediction_id = p.id WHERE p.author = ? ORDER BY p.id"
)
LATEST_AUTHOR_QUERY = "SELECT author FROM prediction ORDER BY id DESC LIMIT 1"


@pytest.fixture(autouse=True)
def browser_timeout() -> Iterator[None]:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def visitor(page: PageProcess, browser: Browser) -> Iterator[Visitor]:
    with visiting(browser, page.url) as opened:
        yield opened


def test_a_choice_is_stored_and_counted_after_a_reload(page: PageProcess, visitor: Visitor) -> None:
    visitor.type("so funny haha")
    visitor.expect_first("😂", "🤣")
    assert len(set(visitor.predictions())) == 5
    assert page.rows("SELECT count(*) FROM prediction") == [(0,)]  # typing leaves no trace
    visitor.tiles.first.click()
    expect(visitor.status).to_have_text("Counted: 😂. Thank you!")
    expect(visitor.tiles.first).to_have_attribute("aria-pressed", "true")
    [(author,)] = page.rows(LATEST_AUTHOR_QUERY)
    assert page.rows(FEEDBACK_QUERY, author) == [('["😂"]', None, "agree", "😂", "web")]

    visitor.tiles.nth(1).click()  # another instead
    expect(visitor.status).to_have_text("Counted: 🤣. Thank you!")
    assert page.rows(FEEDBACK_QUERY, author) == [('["😂"]', None, "correct", "🤣", "web")]

    visitor.reload()
    visitor.tab.get_by_role("tab", name="What it has learned").click()
    statistics = visitor.tab.locator("#statistics")
    expect(statistics.locator("dd").nth(1)).to_have_text("1")
    expect(statistics.locator(".chosen li")).to_have_text(["🤣 1"])
    expect(statistics.locator(".chips:not(.chosen) li")).to_contain_text(["😂 → 🤣 1"])


def test_none_fits_is_stored_and_taken_back_by_pressing_again(
    page: PageProcess, visitor: Visitor
) -> None:
    visitor.write("so sad")
    visitor.expect_first("😢")
    none = visitor.tab.get_by_role("button", name="None of these fits")
    none.click()
    expect(visitor.status).to_contain_text("Counted: none of these fits.")
    [(author,)] = page.rows(LATEST_AUTHOR_QUERY)
    assert [row[2:4] for row in page.rows(FEEDBACK_QUERY, author)] == [("dislike", "")]
    none.click()
    expect(visitor.status).to_have_text("Taken back.")
    assert page.rows(FEEDBACK_QUERY, author) == []


def test_a_text_is_stored_only_while_consent_holds(page: PageProcess, visitor: Visitor) -> None:
    consent = visitor.tab.get_by_label("Keep my text with my choices")
    consent.check()
    expect(visitor.tab.locator("#consent-status")).to_contain_text("Thank you.")
    visitor.write("pizza party")
    visitor.tiles.first.click()
    expect(visitor.status).to_contain_text("Counted")
    [(author,)] = page.rows(LATEST_AUTHOR_QUERY)
    assert [row[1] for row in page.rows(FEEDBACK_QUERY, author)] == ["pizza party"]

    visitor.reload()
    expect(consent).to_be_checked()
    consent.uncheck()
    expect(visitor.tab.locator("#consent-status")).to_contain_text("the texts are erased")
    assert [row[1] for row in page.rows(FEEDBACK_QUERY, author)] == [None]

    visitor.tab.get_by_role("button", name="Erase what I gave").click()
    expect(visitor.tab.locator("#consent-status")).to_contain_text("is erased.")
    assert page.rows(FEEDBACK_QUERY, author) == []
    assert b"pizza party" not in page.log.read_bytes()


def test_candidates_can_be_restricted(visitor: Visitor) -> None:
    visitor.write("pizza")
    visitor.expect_first("🍕")
    visitor.tab.get_by_label("Telegram’s 73").check()
    expect(visitor.tiles.first).not_to_have_attribute("data-emoji", "🍕")
    assert set(visitor.predictions()) <= set(TELEGRAM_REACTIONS)

    visitor.tab.get_by_label("My own choice").check()
    mine = visitor.tab.get_by_label("My emojis")
    for emoji in ("fire", "pizza"):
        mine.fill(emoji)
        mine.press("Enter")
    visitor.expect_first("🍕", "🔥")
    assert len(visitor.predictions()) == 2


def test_contributing_words_are_highlighted(visitor: Visitor) -> None:
    visitor.tab.get_by_role("button", name="Why?").click()
    visitor.write("what a scary night")
    expect(visitor.tab.locator("#explanation mark.for")).to_have_text(["scary"])


def test_a_long_text_is_truncated_in_the_browser(visitor: Visitor) -> None:
    sent: list[int] = []
    visitor.tab.on("request", lambda request: sent.append(len(request.post_data or "")))
    visitor.message.focus()
    visitor.tab.keyboard.insert_text("so funny " + "х" * 100_000)  # as pasting does
    expect(visitor.status).to_contain_text("No more than 1,000 characters fit.")
    visitor.expect_first("😂")
    assert len(visitor.message.input_value()) == 1_000
    assert 1_000 < max(sent) < 3_000
    visitor.message.press("End")
    visitor.message.press("Backspace")
    expect(visitor.status).not_to_contain_text("1,000")


def test_two_visitors_at_the_same_time(page: PageProcess, browser: Browser) -> None:
    with visiting(browser, page.url) as ann, visiting(browser, page.url) as bob:
        ann.write("scary")
        bob.write("thanks")
        ann.expect_first("😱")
        bob.expect_first("🙏")
        bob.tiles.first.click()
        ann.tiles.first.click()
        expect(ann.status).to_contain_text("Counted: 😱")
        expect(bob.status).to_contain_text("Counted: 🙏")
    query = "SELECT count(DISTINCT actor) FROM feedback WHERE emoji IN ('😱', '🙏')"
    eventually(lambda: page.rows(query) == [(2,)])


def test_keyboard_phone_width_and_dark_scheme(page: PageProcess, browser: Browser) -> None:
    with visiting(browser, page.url, width=390, scheme="dark") as visitor:
        visitor.write("love")
        visitor.expect_first("❤")
        visitor.message.press("Tab")
        expect(visitor.tiles.first).to_be_focused()
        expect(visitor.tiles.first).to_have_accessible_name("red heart, 100%")
        visitor.tab.keyboard.press("Enter")
        expect(visitor.status).to_contain_text("Counted: ❤")
        expect(visitor.tiles.first).to_be_focused()
        assert visitor.tab.evaluate("document.documentElement.scrollWidth") <= 390
        background = "getComputedStyle(document.body).backgroundColor"
        assert visitor.tab.evaluate(background) == "rgb(15, 18, 32)"
