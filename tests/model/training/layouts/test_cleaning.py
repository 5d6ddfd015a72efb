"""The tokenizer's cleaning beside ``model.text.clean``."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from model.artifact import load
from model.artifact_source import locate
from model.text import clean
from model.training.layouts.cleaning import cleaning_normalizer, with_cleaning

# What each step of the cleaning looks for; html.unescape knows more entities, and custom emojis
# and their numbers are cut in more ways.
_PIECES = st.sampled_from(
    [
        *("so", "funny", "А", "ф", "é", "ß", "1", "A", "bC", " ", "  ", "\n", "_", ".", "!", ")"),
        *(
            "@bob",
            "@",
            "#",
            "#HappyNewYear",
            "#МойДень_и_ночь",
            "http://x.y/z",
            "www.a.b ",
        ),
        *(
            "a.b@c.de",
            "😂",
            "❤️",
            "👩‍👩‍👧",
            "\u200b",
            "\ufe0f",
            "𝓯𝓪𝓷𝓬𝔂",
            "ﬁ",
            "Ａ",
            "™",
            "&amp; ",
            "<@123>",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_it_cleans_as_the_predictor_does(text: str) -> None:
    assert cleaning_normalizer().normalize_str(text) == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Tom &amp; Ann &lt;3", "Tom & Ann <3"),
        ("hi <:blob:1234> there", "hi blob there"),
        ("nooooooo!!!!!!!! ))))))", "nooo!!!! ))))"),
        ("@a @b http://x http://y", "@user http"),
        ("#ThrowbackThursday_now", "Throwback Thursday now"),
        ("a #_ b #__c_D", "a b c D"),
    ],
)
def test_each_step_is_there(text: str, cleaned: str) -> None:
    assert cleaning_normalizer().normalize_str(text) == clean(text) == cleaned


def test_the_tokenizer_of_an_artifact_is_not_changed(tiny_artifact: Path) -> None:
    tokenizer = Tokenizer.from_file(str(load(tiny_artifact).tokenizer))
    before = tokenizer.to_str()
    assert with_cleaning(tokenizer).encode("@a FUNNY 😂").tokens[-1] == "funny"
    assert tokenizer.to_str() == before


def test_raw_texts_have_the_tokens_of_cleaned_ones() -> None:
    tokenizer = Tokenizer.from_file(str(load(locate(None)).tokenizer))
    for raw in (
        "I &lt;3 U @bob 😂😂 #SoHappy",
        "Ну наконец-то выходные)))))) http://a.b",
        "𝓯𝓪𝓷𝓬𝔂™",
    ):
        expected = tokenizer.encode(clean(raw)).ids
        assert with_cleaning(tokenizer).encode(raw).ids == expected
