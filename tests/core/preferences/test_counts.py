"""Votes as counts, and the limited influence of a single member."""

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
    reweight_shown,
    shown_weight,
    vote_weight,
    voted_emojis,
)

SCORES = {"😂": 0.5, "🤣": 0.2, "💀": 0.1, "🔥": 0.05, "😭": 0.05}


def test_a_count_has_half_its_weight_after_the_half_life() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert decay_weight(now) == pytest.approx(decay_weight(now + HALF_LIFE) / 2)
    assert decay_weight(now + timedelta(days=36_500)) < float("inf")


def test_showing_an_emoji_counts_its_model_score() -> None:
    assert count_shown(("😂", "🦖"), SCORES) == {
        "😂": Counts(shown=1, expected_kept=0.5),
        "🦖": Counts(shown=1),
    }


@pytest.mark.parametrize("kind", [FeedbackKind.REMOVE, FeedbackKind.DISLIKE])
def test_a_removal_counts_against_the_named_emoji_or_all(kind: FeedbackKind) -> None:
    assert count_vote(Vote(kind, "😂"), ("😂", "🔥"), SCORES) == {"😂": Counts(removed=1)}
    assert set(count_vote(Vote(kind, None), ("😂", "🔥"), SCORES)) == {"😂", "🔥"}


def test_agreement_counts_for_the_shown_emoji() -> None:
    assert count_vote(Vote(FeedbackKind.AGREE, "😂"), ("😂",), SCORES) == {"😂": Counts(agreed=1)}


def test_a_correction_counts_for_one_emoji_and_passes_over_another() -> None:
    counted = count_vote(Vote(FeedbackKind.CORRECT, "💀"), ("😂",), SCORES)
    assert counted["😂"] == Counts(passed_over=1)
    assert counted["💀"] == Counts(corrected=1, expected_chosen=0.2)
    # The expectations of all possible choices add up to the one choice.
    assert sum(counts.expected_chosen for counts in counted.values()) == pytest.approx(1)
    assert voted_emojis(counted) == ("😂", "💀")


@pytest.mark.parametrize("emoji", ["😂", "💀", "🦖"])
def test_a_choice_from_buttons_or_on_an_unanswered_message_passes_over_nothing(emoji: str) -> None:
    from_buttons = count_vote(
        Vote(FeedbackKind.AGREE, emoji, from_buttons=True), tuple(SCORES), SCORES
    )
    unanswered = count_vote(Vote(FeedbackKind.CORRECT, emoji), (), SCORES)
    assert from_buttons == unanswered
    assert from_buttons[emoji].unprompted == 1
    assert not any(counts.passed_over or counts.removed for counts in from_buttons.values())
    assert sum(counts.expected_chosen for counts in from_buttons.values()) == pytest.approx(1)


def test_the_vote_weights_of_a_member_add_up_to_little_more_than_one() -> None:
    assert vote_weight(0) == 1
    assert sum(vote_weight(n) for n in range(1000)) <= 1.5


def test_the_weights_of_showing_an_emoji_to_a_member_add_up_to_about_four() -> None:
    assert shown_weight(0) == 1
    assert 4 < sum(shown_weight(n) for n in range(1000)) < 4.5
    # The weight is zero before earlier showings are no longer looked at.
    assert shown_weight(MAX_PAST_SHOWINGS) == 0


def test_a_removed_emoji_was_shown_with_the_weight_of_its_removal() -> None:
    removal = Vote(FeedbackKind.REMOVE, "😂")
    before = count_shown(("😂",), SCORES)["😂"].scaled(0.2)
    after = before + reweight_shown(removal, ("😂",), SCORES, 0.7 - 0.2)["😂"]
    assert after.as_tuple() == pytest.approx(
        count_shown(("😂",), SCORES)["😂"].scaled(0.7).as_tuple()
    )
    assert not reweight_shown(Vote(FeedbackKind.AGREE, "😂"), ("😂",), SCORES, 0.5)
