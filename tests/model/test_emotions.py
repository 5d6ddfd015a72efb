"""Emotions that emojis carry."""

from model.emoji import emoji_names
from model.emotions import (
    BASIC_EMOTIONS,
    LAUGHING_OR_CELEBRATING_EMOJIS,
    PLUTCHIK_EMOTIONS,
    emojis_carrying,
    emotion_ratings,
    grave_emojis,
    negative_emojis,
)


def test_every_emotion_has_carriers_that_are_emojis() -> None:
    for emotion in (*PLUTCHIK_EMOTIONS, *BASIC_EMOTIONS):
        assert emojis_carrying(emotion)
        assert emojis_carrying(emotion) <= set(emoji_names())


def test_known_emotions() -> None:
    assert "😢" in emojis_carrying("grief")
    assert "😡" in emojis_carrying("anger")
    assert "😂" not in emojis_carrying("sadness")
    assert emojis_carrying("neutral") == frozenset()


def test_laughing_is_never_negative() -> None:
    assert not negative_emojis() & LAUGHING_OR_CELEBRATING_EMOJIS
    assert {"😭", "😡", "🤢", "😨"} <= negative_emojis()


def test_emotag_is_complete() -> None:
    assert len(emotion_ratings()) == 150
    assert all(0 <= value <= 1 for row in emotion_ratings().values() for value in row.values())


def test_grave_emojis_carry_no_other_emotion_as_strongly() -> None:
    assert {"😢", "😭", "💔", "😡", "😨", "🤮", "🥀", "😿"} <= grave_emojis()
    assert not grave_emojis() & {"🔥", "👀", "‼", "💀", "👻", "😂", "🎉", "❤", "🙏", "🤔"}
    assert not grave_emojis() & LAUGHING_OR_CELEBRATING_EMOJIS
