"""From words to counts: for and against what, and nobody for much."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import (
    HALF_LIFE,
    LAST_SHOWN,
    Counts,
    Word,
    presence,
    said,
    shown,
    touched,
    unshown,
    voice,
    weight,
)

SCORES = {"😂": 0.5, "🤣": 0.2, "💀": 0.1, "🔥": 0.05, "😭": 0.05}


def test_a_count_weighs_half_after_the_half_life() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert weight(now) == pytest.approx(weight(now + HALF_LIFE) / 2)
    assert weight(now + timedelta(days=36_500)) < float("inf")


def test_what_is_shown_is_counted_with_the_models_own_score() -> None:
    assert shown(("😂", "🦖"), SCORES) == {
        "😂": Counts(shown=1, hoped=0.5),
        "🦖": Counts(shown=1),
    }


@pytest.mark.parametrize("kind", [FeedbackKind.REMOVE, FeedbackKind.DISLIKE])
def test_a_removal_counts_against_what_it_names_or_all(kind: FeedbackKind) -> None:
    assert said(Word(kind, "😂"), ("😂", "🔥"), SCORES) == {"😂": Counts(removed=1)}
    assert set(said(Word(kind, None), ("😂", "🔥"), SCORES)) == {"😂", "🔥"}


def test_agreeing_counts_for_the_shown_one() -> None:
    assert said(Word(FeedbackKind.AGREE, "😂"), ("😂",), SCORES) == {"😂": Counts(agreed=1)}


def test_a_correction_counts_for_one_and_passes_the_other_over() -> None:
    counted = said(Word(FeedbackKind.CORRECT, "💀"), ("😂",), SCORES)
    assert counted["😂"] == Counts(passed=1)
    assert counted["💀"] == Counts(corrected=1, expected=0.2)
    # Everything that could have been chosen adds up to the one choice.
    assert sum(each.expected for each in counted.values()) == pytest.approx(1)
    assert touched(counted) == ("😂", "💀")


@pytest.mark.parametrize("emoji", ["😂", "💀", "🦖"])
def test_a_choice_from_the_five_or_beside_a_silent_bot_passes_nothing_over(emoji: str) -> None:
    offered = said(Word(FeedbackKind.AGREE, emoji, picked=True), tuple(SCORES), SCORES)
    silent = said(Word(FeedbackKind.CORRECT, emoji), (), SCORES)
    assert offered == silent
    assert offered[emoji].used == 1
    assert not any(each.passed or each.removed for each in offered.values())
    assert sum(each.expected for each in offered.values()) == pytest.approx(1)


def test_a_members_words_of_a_day_weigh_little_more_than_one() -> None:
    assert voice(0) == 1
    assert sum(voice(n) for n in range(1000)) <= 1.5


def test_what_is_shown_to_a_member_weighs_about_as_much_as_four_times() -> None:
    assert presence(0) == 1
    assert 4 < sum(presence(n) for n in range(1000)) < 4.5
    # Nothing is left to say within what is looked back at.
    assert presence(LAST_SHOWN) == 0


def test_what_is_removed_was_shown_as_much_as_that_weighs() -> None:
    removal = Word(FeedbackKind.REMOVE, "😂")
    before = shown(("😂",), SCORES)["😂"].times(0.2)
    after = before + unshown(removal, ("😂",), SCORES, 0.7 - 0.2)["😂"]
    assert after.row() == pytest.approx(shown(("😂",), SCORES)["😂"].times(0.7).row())
    assert not unshown(Word(FeedbackKind.AGREE, "😂"), ("😂",), SCORES, 0.5)
