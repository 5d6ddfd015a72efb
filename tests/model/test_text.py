"""Cleaning: what carries feeling stays, what names people or leaks a label goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.emoji import emoji_names
from model.text import MAX_CHARACTERS, clean, dedup_key, has_words

any_text = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("I  LOVE\n this!!!", "I LOVE this!!!"),
        ("sooooooo good", "sooo good"),
        ("привет)))", "привет)))"),
        ("мне грустно (((", "мне грустно ((("),
        (":-( :'( ^_^ <3", ":-( :'( ^_^ <3"),
        ("@bob @ann_1 see https://x.io/a?b=c", "@user see http"),
        ("mail me: jo.doe+x@mail.example.com", "mail me: @user"),
        ("#SoHappy #sad_day", "So Happy sad day"),
        ("fish &amp; chips &lt;3", "fish & chips <3"),
        ("<@!123456789> look <:partyParrot:987654321>", "@user look party parrot"),
        ("I ❤️ you 😂😂", "I you"),
        ("𝓘 𝓪𝓶 𝓼𝓪𝓭", "I am sad"),
        ("ｆｕｌｌ ⓢⓐⓓ 🄱🄸🄶", "full sad BIG"),
        ("Sony™ ©2026 №1", "Sony 2026 No1"),
        ("tab\u200bzero\ufeffwidth\u202e", "tabzerowidth"),
    ],
)
def test_examples(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(any_text)
def test_any_string_becomes_one_encodable_line(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_CHARACTERS
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode("utf-8")


@given(any_text, st.sampled_from(sorted(emoji_names())), any_text)
def test_emojis_are_removed_completely(before: str, emoji: str, after: str) -> None:
    """A variation selector left behind tells which emoji was there: the leak of tweet_eval."""
    cleaned = clean(f"{before} {emoji}\ufe0f {after}")
    assert "\ufe0f" not in cleaned
    assert "\u200d" not in cleaned
    assert emoji not in cleaned or emoji[0].isascii()


def test_a_long_text_is_truncated_first() -> None:
    assert clean("a" * 100_000) == "aaa"
    assert len(clean("word " * 20_000)) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "silent", ["", "  \n", "🙏🙏", "\u200b\u200f", "@user http", "...", "\ud800"]
)
def test_texts_without_words(silent: str) -> None:
    assert not has_words(clean(silent))


@pytest.mark.parametrize("spoken", ["ok", "?!", ")))", "42", "שלום", "你好"])
def test_texts_with_words(spoken: str) -> None:
    assert has_words(clean(spoken))


def test_near_identical_texts_share_a_key() -> None:
    assert dedup_key("RT @ann: Happy Easter!! https://a.b 🐣") == dedup_key("happy easter")
    assert dedup_key("happy easter") != dedup_key("happy birthday")
