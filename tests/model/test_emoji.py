"""Canonical emojis, names, and the emojis that platforms allow."""

import emoji as emoji_package
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.emoji import (
    TELEGRAM_REACTIONS,
    canonical,
    canonical_set,
    custom_words,
    emoji_names,
    find_emojis,
    has_emoji_form,
    is_emoji,
    parse_choice,
)

every_variant = st.sampled_from(
    sorted(e for e, d in emoji_package.EMOJI_DATA.items() if d["status"] <= 4)
)


@pytest.mark.parametrize(
    ("variant", "folded"),
    [
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("🤷🏿‍♀️", "🤷"),
        ("👩🏽‍💻", "👩‍💻"),
        ("❤️‍🔥", "❤‍🔥"),
        ("1️⃣", "1⃣"),
        ("🇺🇸", "🇺🇸"),
    ],
)
def test_variants_of_one_emoji_fold(variant: str, folded: str) -> None:
    assert canonical(variant) == folded


@given(st.text())
def test_canonical_is_idempotent_on_any_text(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(every_variant)
def test_every_unicode_emoji_has_a_name_in_canonical_form(variant: str) -> None:
    folded = canonical(variant)
    if folded not in {"♀", "♂", ""} and not _is_component(variant):
        assert is_emoji(variant), folded
        assert emoji_names()[folded][0]


def _is_component(variant: str) -> bool:
    return bool(emoji_package.EMOJI_DATA[variant]["status"] == emoji_package.STATUS["component"])


@given(st.lists(every_variant.filter(lambda e: not _is_component(e)), min_size=1, max_size=5))
def test_emojis_are_found_inside_text(variants: list[str]) -> None:
    text = " then ".join(variants)
    assert find_emojis(f"so {text} 1 # *") == [canonical(e) for e in variants]


def test_telegram_reactions_are_emojis_in_the_form_that_telegram_stores() -> None:
    assert len(TELEGRAM_REACTIONS) == 71, "73, of which three kinds of shrug are one"
    assert TELEGRAM_REACTIONS["❤"] == "❤"
    assert TELEGRAM_REACTIONS["❤‍🔥"] == "❤️‍🔥"
    assert TELEGRAM_REACTIONS["🤷"] == "🤷"
    assert all(is_emoji(e) and canonical(e) == e for e in TELEGRAM_REACTIONS)


def test_telegram_reactions_are_those_of_the_library() -> None:
    from telegram.constants import ReactionEmoji

    assert canonical_set(e.value for e in ReactionEmoji) == set(TELEGRAM_REACTIONS)
    assert {e.value for e in ReactionEmoji} >= set(TELEGRAM_REACTIONS.values())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (":party_parrot:", "party parrot"),
        (":pepeSad:", "pepe sad"),
        (":blob_wave2:", "blob wave"),
        (":123:", ""),
    ],
)
def test_custom_names_become_words(name: str, words: str) -> None:
    assert custom_words(name) == words


@given(st.text(), st.sets(st.text() | st.from_regex(r":\w+:")))
def test_a_choice_is_an_emoji_or_a_known_custom_one(text: str, known: set[str]) -> None:
    for written in (text, *known):
        choice = parse_choice(written, known)
        if choice is not None:
            assert has_emoji_form(choice)
            assert choice == canonical(written) if is_emoji(written) else written in known


def test_custom_emojis_are_chosen_if_they_are_known() -> None:
    assert parse_choice(":blob_wave:", [":blob_wave:"]) == ":blob_wave:"
    assert parse_choice(":blob_wave:", [":other:"]) is None
    assert parse_choice(":my neighbour:", [":my neighbour:"]) is None
    assert parse_choice("👍🏽") == "👍"
