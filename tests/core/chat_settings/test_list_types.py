"""Lists to which a text adds, or from which it takes away."""

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import (
    SETTINGS,
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("emoji_deny", "+ 😂", frozenset("🔥❤😂")),
        ("emoji_deny", "+😂 +🎉", frozenset("🔥❤😂🎉")),
        ("emoji_deny", "-🔥", frozenset("❤")),
        ("emoji_deny", "-🔥 –❤️", frozenset()),
        ("emoji_deny", "−🔥 ❤️", frozenset()),
        ("emoji_allow", "-🎉", None),
        ("chat_deny", "–7", frozenset()),
    ],
)
def test_signs_add_and_remove_items(name: str, text: str, value: object) -> None:
    current = ChatSettings(
        emoji_deny=frozenset("🔥❤"), emoji_allow=frozenset("🎉"), chat_deny=frozenset("7")
    )
    assert SETTINGS[name].parse(text, "en", current) == value
