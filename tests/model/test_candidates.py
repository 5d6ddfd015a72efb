"""Candidates: the emojis that each level of gravity permits."""

import numpy as np

from model.candidates import Candidates
from model.gravity import is_permitted
from model.prediction import GravityLevel

EMOJIS = ("😂", "😢", "🫂", "💀", "🎉", "❤")


def test_each_level_permits_its_own_emojis_whatever_was_looked_up_before() -> None:
    candidates = Candidates.of_table(EMOJIS, np.zeros((6, 2), np.float32), np.zeros(6, np.float32))
    for level in (*reversed(GravityLevel), *GravityLevel):
        found = [EMOJIS[i] for i in candidates.permitted(level)]
        assert found == [emoji for emoji in EMOJIS if is_permitted(emoji, level)]


def test_what_laughs_is_marked() -> None:
    candidates = Candidates.of_table(EMOJIS, np.zeros((6, 2), np.float32), np.zeros(6, np.float32))
    laughing = [emoji for emoji, laughs in zip(EMOJIS, candidates.laughing, strict=True) if laughs]
    assert "😂" in laughing
    assert not {"😢", "🫂"} & set(laughing)
