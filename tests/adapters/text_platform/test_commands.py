"""Text commands: what does not depend on a platform."""

import pytest

from bot.adapters.text_platform.commands import COMMANDS, with_prefix
from bot.i18n import LANGUAGES, load_messages


def test_commands_are_named_with_the_prefix() -> None:
    text = "/emoji, (/rules add) and https://example.org/emoji or and/or /unknown"
    expected = "!emoji, (!rules add) and https://example.org/emoji or and/or /unknown"
    assert with_prefix(text, "!") == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_description(language: str) -> None:
    assert {f"command.{name}" for name in ("emoji", *COMMANDS)} <= set(load_messages(language))
