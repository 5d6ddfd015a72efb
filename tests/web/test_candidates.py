"""Candidates that a visitor allows."""

import pytest

from demo.page.candidates import CandidateSet, parse_emoji, searchable_emojis, select_candidates
from model.emoji import TELEGRAM_REACTIONS


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("Pizza", "🍕"),
        (" :blob_wave: ", ":blob_wave:"),
        *dict.fromkeys(("::", "no emoji", "", f":{'x' * 63}:")).items(),
    ],
)
def test_own_candidates_are_parsed(text: str, parsed: str | None) -> None:
    assert parse_emoji(text) == parsed


def test_candidate_sets() -> None:
    assert select_candidates(CandidateSet.ALL, ["🔥"]) is None
    assert select_candidates(CandidateSet.TELEGRAM) == frozenset(TELEGRAM_REACTIONS)
    assert select_candidates(CandidateSet.OWN, ["🔥", "?"]) == frozenset("🔥")
    assert select_candidates(CandidateSet.OWN, []) is None
    options = searchable_emojis(["😂", "🍕"])
    assert set(options) == {("🍕 pizza", "🍕"), ("😂 face with tears of joy", "😂")}
