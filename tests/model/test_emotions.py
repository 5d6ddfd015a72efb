"""Which emojis carry which emotion."""

from model.emoji import names
from model.emotions import (
    GROUPS,
    LAUGHING_OR_CELEBRATING_EMOJIS,
    PLUTCHIK,
    carriers,
    grave_emojis,
    negative_emojis,
    ratings,
)


def test_every_emotion_has_carriers_that_are_emojis() -> None:
    for emotion in (*PLUTCHIK, *GROUPS):
        assert carriers(emotion)
        assert carriers(emotion) <= set(names())


def test_plain_cases() -> None:
    assert "😢" in carriers("grief")
    assert "😡" in carriers("anger")
    assert "😂" not in carriers("sadness")
    assert carriers("neutral") == frozenset()


def test_laughing_is_never_negative() -> None:
    assert not negative_emojis() & LAUGHING_OR_CELEBRATING_EMOJIS
    assert {"😭", "😡", "🤢", "😨"} <= negative_emojis()


def test_emotag_is_complete() -> None:
    assert len(ratings()) == 150
    assert all(0 <= value <= 1 for row in ratings().values() for value in row.values())


def test_grave_emojis_say_nothing_else_as_loudly() -> None:
    assert {"😢", "😭", "💔", "😡", "😨", "🤮", "🥀", "😿"} <= grave_emojis()
    assert not grave_emojis() & {"🔥", "👀", "‼", "💀", "👻", "😂", "🎉", "❤", "🙏", "🤔"}
    assert not grave_emojis() & LAUGHING_OR_CELEBRATING_EMOJIS
