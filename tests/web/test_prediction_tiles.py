"""Tiles of the top five."""

from hypothesis import given
from hypothesis import strategies as st

from demo.page.prediction_tiles import render_tiles
from model import Prediction
from tests.web.html_reader import HtmlReader


@given(st.sampled_from(["😂", ":party:", "<b>"]))
def test_emojis_are_escaped(emoji: str) -> None:
    html = render_tiles([Prediction(emoji, 0.5)], emoji)
    assert set(HtmlReader(html).tags) == {"ol", "li", "button", "span"}


def test_there_are_always_five_tiles() -> None:
    for count in (0, 1, 5, 7):
        html = render_tiles([Prediction("😂", 1 / (i + 1)) for i in range(count)])
        assert HtmlReader(html).tags.count("button") == 5
