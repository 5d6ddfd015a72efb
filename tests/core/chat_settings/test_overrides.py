"""Stored overrides become settings, or are skipped."""

import logging

import pytest

from bot.core.chat_settings.overrides import apply_override, apply_overrides
from bot.core.chat_settings.schema import ChatSettings, GravityMode, Mode


def test_valid_values_take_effect() -> None:
    stored: dict[str, object] = {
        "enabled": False,
        "mode": "mention_only",
        "chance": 1,
        "cooldown_seconds": 2.5,
        "max_per_minute": 7,
        "confidence_threshold": 0.4,
        "max_per_message": 2,
        "emoji_allow": ["❤️"],
        "emoji_deny": [],
    }
    assert apply_overrides(ChatSettings(), stored) == ChatSettings(
        enabled=False,
        mode=Mode.MENTION_ONLY,
        chance=1.0,
        cooldown_seconds=2.5,
        max_per_minute=7,
        confidence_threshold=0.4,
        max_per_message=2,
        emoji_allow=frozenset({"❤"}),
        emoji_deny=frozenset(),
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("enabled", 1),
        ("enabled", "true"),
        ("mode", "shout"),
        ("chance", True),
        ("chance", "0.5"),
        ("chance", 3),
        ("max_per_minute", 1.5),
        ("max_per_message", 9),
        ("emoji_allow", "😂"),
        ("emoji_deny", [1]),
        ("cooldown_seconds", None),
    ],
)
def test_invalid_values_are_skipped_and_logged(
    key: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match=r"."):
        apply_override(ChatSettings(), key, value)
    with caplog.at_level(logging.WARNING):
        assert apply_overrides(ChatSettings(), {key: value}) == ChatSettings()
    assert key in caplog.text


def test_keys_of_another_version_are_skipped() -> None:
    assert apply_overrides(ChatSettings(), {"mood": [22, 7]}) == ChatSettings()
    with pytest.raises(KeyError):
        apply_override(ChatSettings(), "mood", [22, 7])


def test_an_override_of_gravity_is_never_looser_than_the_operators() -> None:
    strict = ChatSettings(gravity=GravityMode.STRICT)
    assert apply_overrides(strict, {"gravity": "normal", "chance": 0.5}).gravity is strict.gravity
    assert apply_overrides(ChatSettings(), {"gravity": "strict"}).gravity is GravityMode.STRICT
