"""The whole page, as people use it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from model.emoji import TELEGRAM_REACTIONS
from tests.web.process import Page, eventually
from tests.web.visitor import PATIENCE, Visitor, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CHOSEN = (
    "SELECT p.chosen, p.text, f.kind, f.emoji, f.source FROM prediction p"
    " JOIN feedback f ON f.prediction_id = p.id WHERE p.author = ? ORDER BY p.id"
)
NEWEST = "SELECT author FROM prediction ORDER BY id DESC LIMIT 1"


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def visitor(page: Page, browser: Browser) -> Iterator[Visitor]:
    with visiting(browser, page.url) as opened:
        yield opened


def test_a_choice_is_counted_and_still_there_after_a_reload(page: Page, visitor: Visitor) -> None:
    visitor.write("so funny haha")
    visitor.sees("😂", "🤣")
    assert len(set(visitor.five())) == 5
    assert page.rows("SELECT count(*) FROM prediction") == [(0,)]  # typing leaves no trace
    visitor.tiles.first.click()
    expect(visitor.status).to_have_text("Counted: 😂. Thank you!")
    expect(visitor.tiles.first).to_have_attribute("aria-pressed", "true")
    [(author,)] = page.rows(NEWEST)
    assert page.rows(CHOSEN, author) == [('["😂"]', None, "agree", "😂", "web")]

    visitor.tiles.nth(1).click()  # another instead
    expect(visitor.status).to_have_text("Counted: 🤣. Thank you!")
    assert page.rows(CHOSEN, author) == [('["😂"]', None, "correct", "🤣", "web")]

    visitor.reload()
    visitor.tab.get_by_role("tab", name="What it has learned").click()
    learned = visitor.tab.locator("#learned")
    expect(learned.locator("dd").nth(1)).to_have_text("1")
    expect(learned.locator(".chosen li")).to_have_text(["🤣 1"])
    expect(learned.locator(".swaps:not(.chosen) li")).to_contain_text(["😂 → 🤣 1"])


def test_none_fits_and_the_same_again_takes_it_back(page: Page, visitor: Visitor) -> None:
    visitor.write("so sad")
    visitor.sees("😢")
    none = visitor.tab.get_by_role("button", name="None of these fits")
    none.click()
    expect(visitor.status).to_contain_text("Counted: none of these fits.")
    [(author,)] = page.rows(NEWEST)
    assert [row[2:4] for row in page.rows(CHOSEN, author)] == [("dislike", "")]
    none.click()
    expect(visitor.status).to_have_text("Taken back.")
    assert page.rows(CHOSEN, author) == []


def test_a_text_is_kept_by_consent_alone_and_goes_with_it(page: Page, visitor: Visitor) -> None:
    consent = visitor.tab.get_by_label("Keep my text with my choices")
    consent.check()
    expect(visitor.tab.locator("#told")).to_contain_text("Thank you.")
    visitor.write("pizza party")
    visitor.tiles.first.click()
    expect(visitor.status).to_contain_text("Counted")
    [(author,)] = page.rows(NEWEST)
    assert [row[1] for row in page.rows(CHOSEN, author)] == ["pizza party"]

    visitor.reload()
    expect(consent).to_be_checked()
    consent.uncheck()
    expect(visitor.tab.locator("#told")).to_contain_text("the texts are erased")
    assert [row[1] for row in page.rows(CHOSEN, author)] == [None]

    visitor.tab.get_by_role("button", name="Erase what I gave").click()
    expect(visitor.tab.locator("#told")).to_contain_text("is erased.")
    assert page.rows(CHOSEN, author) == []
    assert b"pizza party" not in page.log.read_bytes()


def test_candidates_can_be_restricted(visitor: Visitor) -> None:
    visitor.write("pizza")
    visitor.sees("🍕")
    visitor.tab.get_by_label("Telegram’s 73").check()
    expect(visitor.tiles.first).not_to_have_attribute("data-emoji", "🍕")
    assert set(visitor.five()) <= set(TELEGRAM_REACTIONS)

    visitor.tab.get_by_label("My own choice").check()
    mine = visitor.tab.get_by_label("My emojis")
    for emoji in ("fire", "pizza"):
        mine.fill(emoji)
        mine.press("Enter")
    visitor.sees("🍕", "🔥")
    assert len(visitor.five()) == 2


def test_the_words_that_moved_the_answer_are_marked(visitor: Visitor) -> None:
    visitor.tab.get_by_role("button", name="Why?").click()
    visitor.write("what a scary night")
    expect(visitor.tab.locator("#why mark.for")).to_have_text(["scary"])


def test_of_a_hundred_thousand_characters_the_browser_sends_what_is_read(visitor: Visitor) -> None:
    sent: list[int] = []
    visitor.tab.on("request", lambda request: sent.append(len(request.post_data or "")))
    visitor.message.focus()
    visitor.tab.keyboard.insert_text("so funny " + "х" * 100_000)  # as pasting does
    expect(visitor.status).to_contain_text("No more than 1,000 characters fit.")
    visitor.sees("😂")
    assert len(visitor.message.input_value()) == 1_000
    assert 1_000 < max(sent) < 3_000
    visitor.message.press("End")
    visitor.message.press("Backspace")
    expect(visitor.status).not_to_contain_text("1,000")


def test_two_people_at_once(page: Page, browser: Browser) -> None:
    with visiting(browser, page.url) as ann, visiting(browser, page.url) as bob:
        ann.write("scary")
        bob.write("thanks")
        ann.sees("😱")
        bob.sees("🙏")
        bob.tiles.first.click()
        ann.tiles.first.click()
        expect(ann.status).to_contain_text("Counted: 😱")
        expect(bob.status).to_contain_text("Counted: 🙏")
    said = "SELECT count(DISTINCT actor) FROM feedback WHERE emoji IN ('😱', '🙏')"
    eventually(lambda: page.rows(said) == [(2,)])


def test_by_keyboard_on_a_phone_in_the_dark(page: Page, browser: Browser) -> None:
    with visiting(browser, page.url, width=390, scheme="dark") as visitor:
        visitor.write("love")
        visitor.sees("❤")
        visitor.message.press("Tab")
        expect(visitor.tiles.first).to_be_focused()
        expect(visitor.tiles.first).to_have_accessible_name("red heart, 100%")
        visitor.tab.keyboard.press("Enter")
        expect(visitor.status).to_contain_text("Counted: ❤")
        expect(visitor.tiles.first).to_be_focused()
        assert visitor.tab.evaluate("document.documentElement.scrollWidth") <= 390
        background = "getComputedStyle(document.body).backgroundColor"
        assert visitor.tab.evaluate(background) == "rgb(15, 18, 32)"
