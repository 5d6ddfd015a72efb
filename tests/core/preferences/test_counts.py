"""From words to counts: for and against what, and nobody for much."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import (
    HALF_LIFE,
    MAX_PAST_SHOWINGS,
    Counts,
    Vote,
    count_shown,
    count_vote,
    decay_weight,
    shown_weight,
    uncount_removed,
    vote_weight,
    voted_emojis,
)

SCORES = {"😂": 0.5, "🤣": 0.2, "💀": 0.1, "🔥": 0.05, "😭": 0.05}


def test_a_count_weighs_half_after_the_half_life() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert decay_weight(now) == pytest.approx(decay_weight(now + HALF_LIFE) / 2)
    assert decay_weight(now + timedelta(days=36_500)) < float("inf")


def test_what_is_shown_is_counted_with_the_models_own_score() -> None:
    assert count_shown(("😂", "🦖"), SCORES) == {
        "😂": Counts(shown=1, expected_kept=0.5),
        "🦖": Counts(shown=1),
    }


@pytest.mark.parametrize("kind", [FeedbackKind.REMOVE, FeedbackKind.DISLIKE])
def test_a_removal_counts_against_what_it_names_or_all(kind: FeedbackKind) -> None:
    assert count_vote(Vote(kind, "😂"), ("😂", "🔥"), SCORES) == {"😂": Counts(removed=1)}
    assert set(count_vote(Vote(kind, None), ("😂", "🔥"), SCORES)) == {"😂", "🔥"}


def test_agreeing_counts_for_the_shown_one() -> None:
    assert count_vote(Vote(FeedbackKind.AGREE, "😂"), ("😂",), SCORES) == {"😂": Counts(agreed=1)}


def test_a_correction_counts_for_one_and_passes_the_other_over() -> None:
    counted = count_vote(Vote(FeedbackKind.CORRECT, "💀"), ("😂",), SCORES)
    assert counted["😂"] == Counts(passed_over=1)
    assert counted["💀"] == Counts(corrected=1, expected_chosen=0.2)
    # Everything that could have been chosen adds up to the one choice.
    assert sum(each.expected_chosen for each in counted.values()) == pytest.approx(1)
    assert voted_emojis(counted) == ("😂", "💀")


@pytest.mark.parametrize("emoji", ["😂", "💀", "🦖"])
def test_a_choice_from_the_five_or_beside_a_silent_bot_passes_nothing_over(emoji: str) -> None:
    offered = count_vote(Vote(FeedbackKind.AGREE, emoji, from_buttons=True), tuple(SCORES), SCORES)
    silent = count_vote(Vote(FeedbackKind.CORRECT, emoji), (), SCORES)
    assert offered == silent
    assert offered[emoji].unprompted == 1
    assert not any(each.passed_over or each.removed for each in offered.values())
    assert sum(each.expected_chosen for each in offered.values()) == pytest.approx(1)


def test_a_members_words_of_a_day_weigh_little_more_than_one() -> None:
    assert vote_weight(0) == 1
    assert sum(vote_weight(n) for n in range(1000)) <= 1.5


def test_what_is_shown_to_a_member_weighs_about_as_much_as_four_times() -> None:
    assert shown_weight(0) == 1
    assert 4 < sum(shown_weight(n) for n in range(1000)) < 4.5
    # Nothing is left to say within what is looked back at.
    assert shown_weight(MAX_PAST_SHOWINGS) == 0


def test_what_is_removed_was_shown_as_much_as_that_weighs() -> None:
    removal = Vote(FeedbackKind.REMOVE, "😂")
    before = count_shown(("😂",), SCORES)["😂"].scaled(0.2)
    after = before + uncount_removed(removal, ("😂",), SCORES, 0.7 - 0.2)["😂"]
    assert after.as_tuple() == pytest.approx(
        count_shown(("😂",), SCORES)["😂"].scaled(0.7).as_tuple()
    )
    assert not uncount_removed(Vote(FeedbackKind.AGREE, "😂"), ("😂",), SCORES, 0.5)
