"""Highlights of the words that contributed to a prediction."""

from hypothesis import given
from hypothesis import strategies as st

from demo.page.highlights import render_highlights
from model.occlusion import MAX_UNITS, Unit
from tests.web.html_reader import HtmlReader


@given(st.text(max_size=60), st.sampled_from(["😂", ":party:", "<b>"]))
def test_texts_and_emojis_are_escaped(text: str, emoji: str) -> None:
    html = render_highlights([Unit(text, 1.0), Unit("<script>", None)], emoji)
    assert set(HtmlReader(html).tags) <= {"p", "mark", "span"}


def test_words_of_little_weight_are_not_highlighted() -> None:
    units = [Unit("so", 1.0), Unit(" ", None), Unit("a", 0.1), Unit("bad", -0.5)]
    html = render_highlights(units, "😂")
    assert HtmlReader(html).tags.count("mark") == 2
    assert 'class="against" style="--weight: 0.50"' in html


def test_a_note_says_that_the_end_of_a_long_text_is_not_weighed() -> None:
    short, long = ([Unit("so", 1.0)] * count for count in (MAX_UNITS - 1, MAX_UNITS))
    assert "first 64 words" not in render_highlights(short, "😂")
    assert "first 64 words" in render_highlights(long, "😂")
