"""The page's parts, without a browser."""

import datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.page import five, learned, palette, words
from demo.page.port import NONE_FITS, Learned, PersonId, Row, Swap
from demo.page.turn import BUSY, NOT_KEPT, Seen, Turn
from model import Prediction
from model.emoji import TELEGRAM_REACTIONS
from model.occlusion import MAX_UNITS, Unit
from tests.web.fakes import FakeReactor

ANN = PersonId("ann")


class _Reader(HTMLParser):
    """What a page says, and with which tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=60), st.sampled_from(["😂", ":party:", "<b>"]))
def test_pages_quote_what_people_write(text: str, emoji: str) -> None:
    marked = words.marked([Unit(text, 1.0), Unit("<script>", None)], emoji)
    assert set(_Reader(marked).tags) <= {"p", "mark", "span"}
    tiles = five.tiles([Prediction(emoji, 0.5)], emoji)
    assert set(_Reader(tiles).tags) == {"ol", "li", "button", "span"}


def test_there_are_always_five_tiles() -> None:
    for count in (0, 1, 5, 7):
        shown = five.tiles([Prediction("😂", 1 / (i + 1)) for i in range(count)])
        assert _Reader(shown).tags.count("button") == 5


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("Pizza", "🍕"),
        (" :blob_wave: ", ":blob_wave:"),
        *dict.fromkeys(("::", "no emoji", "", f":{'x' * 63}:")).items(),
    ],
)
def test_own_candidates_are_read(word: str, read: str | None) -> None:
    assert palette.read(word) == read


def test_palettes() -> None:
    assert palette.candidates(palette.Palette.ALL, ["🔥"]) is None
    assert palette.candidates(palette.Palette.TELEGRAM) == frozenset(TELEGRAM_REACTIONS)
    assert palette.candidates(palette.Palette.OWN, ["🔥", "?"]) == frozenset("🔥")
    assert palette.candidates(palette.Palette.OWN, []) is None
    found = palette.choices(["😂", "🍕"])
    assert set(found) == {("🍕 pizza", "🍕"), ("😂 face with tears of joy", "😂")}


async def test_a_word_is_replaced_and_taken_back() -> None:
    reactor = FakeReactor()
    turn = Turn(reactor)
    seen, page = await turn.read(ANN, "x" * 5000, "All emojis", ())
    assert len(reactor.read_texts[0]) == 1000
    assert "would react with 😂" in page
    for word in ("😭", NONE_FITS, NONE_FITS):
        seen, page = await turn.say(ANN, seen, word)
    assert reactor.said == [("😭", None), (NONE_FITS, "😭"), (None, NONE_FITS)]
    assert "Taken back." in page


async def test_what_was_not_kept_is_not_shown_as_kept() -> None:
    turn = Turn(FakeReactor(stores=False))
    seen, _ = await turn.read(ANN, "hello", "All emojis", ())
    after, page = await turn.say(ANN, seen, "😂")
    assert NOT_KEPT in page
    assert after.word is None


async def test_a_full_queue_is_told() -> None:
    turn = Turn(FakeReactor(busy=True))
    seen, page = await turn.read(ANN, "hello", "All emojis", ())
    assert BUSY in page
    assert seen == Seen()
    answered, _ = await Turn(FakeReactor()).read(ANN, "hello", "All emojis", ())
    assert BUSY in await turn.why(answered)


async def test_nothing_can_be_said_where_nothing_is_kept() -> None:
    reactor = FakeReactor()
    reactor.terms = None
    turn = Turn(reactor)
    seen, page = await turn.read(ANN, "hello", "All emojis", ())
    assert "None of these" not in page
    await turn.say(ANN, seen, "😂")
    assert reactor.said == []


def test_weak_words_stay_unmarked() -> None:
    units = [Unit("so", 1.0), Unit(" ", None), Unit("a", 0.1), Unit("bad", -0.5)]
    page = words.marked(units, "😂")
    assert _Reader(page).tags.count("mark") == 2
    assert 'class="against" style="--weight: 0.50"' in page


def test_what_was_learned() -> None:
    day = datetime.date(2026, 2, 1)
    row = Row("😂", 4, 3)
    told = Learned(10, 3, [row], [(day, Row("", 4, 3))], [Swap("😂", "😭", 2)], [("😭", 2)])
    text = _Reader(learned.page(told)).text
    assert "What people chose😭 2" in text
    assert "75%" in text
    assert "2026-02-01: 75% of 4 kept" in text
    assert "face with tears of joy, instead loudly crying face, 2 times" in text
    assert learned.NOTHING in learned.page(Learned(0, 0, [], [], []))


def test_what_was_chosen_is_told_where_the_bot_showed_nothing() -> None:
    text = _Reader(learned.page(Learned(1, 1, [], [], [], [("😭", 1)]))).text
    assert "What people chose😭 1" in text


def test_that_the_end_of_a_long_text_is_not_weighed_is_told() -> None:
    few, many = ([Unit("so", 1.0)] * count for count in (MAX_UNITS - 1, MAX_UNITS))
    assert "first 64 words" not in words.marked(few, "😂")
    assert "first 64 words" in words.marked(many, "😂")
