"""Values in Discord's markup."""

from contextlib import suppress

import pytest
from hypothesis import given

from bot.adapters.discord.commands import settings_format
from bot.adapters.discord.emojis import Emojis
from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import (
    SETTINGS,
    InvalidSetting,
    Setting,
)
from bot.core.events import MemberKey
from tests.core.chat_settings.strategies import (
    languages,
    setting_values,
    settings,
    texts,
    with_value,
)


def key(member: int) -> MemberKey:
    return MemberKey(f"{member:032x}")


@given(setting_values, languages)
def test_a_value_in_markup_is_read_back(pair: tuple[Setting, object], language: str) -> None:
    setting, value = pair
    shown = settings_format.format_value(setting, with_value(setting, value), language, Emojis())
    assert settings_format.parse(setting, shown, language, ChatSettings(), key) == value


@given(settings, texts, languages)
def test_any_text_is_a_value_or_refused(setting: Setting, text: str, language: str) -> None:
    with suppress(InvalidSetting):
        value = settings_format.parse(setting, text, language, ChatSettings(), key)
        assert setting.validate(setting.dump(value)) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("emoji_allow", "<:party:12> <a:blob:345>😂", {":party:", ":blob:", "😂"}),
        ("chat_deny", "<#12><#345>, 6", {"12", "345", "6"}),
        ("role_deny", "+<@&12> +<@&345>", {"12", "345"}),
        ("role_allow", "<@&12>", {"12"}),
        ("member_deny", "+<@12> +<@!34>", {key(12), key(34)}),
        ("member_allow", "123456789012345678", {key(123456789012345678)}),
    ],
)
def test_mentions_and_custom_emojis_are_read(name: str, text: str, value: set[str]) -> None:
    assert settings_format.parse(SETTINGS[name], text, "en", ChatSettings(), key) == value


@pytest.mark.parametrize(
    ("name", "text"), [("chat_deny", "<@&12>"), ("role_deny", "<#12>"), ("member_deny", "<@&12>")]
)
def test_channels_are_no_roles(name: str, text: str) -> None:
    with pytest.raises(InvalidSetting):
        settings_format.parse(SETTINGS[name], text, "en", ChatSettings(), key)
