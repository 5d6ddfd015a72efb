"""The schema's ranges, and what its settings are."""

from dataclasses import fields, replace

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import (
    SETTINGS,
    Setting,
)


def test_every_field_is_a_setting() -> None:
    assert set(SETTINGS) == {field.name for field in fields(ChatSettings)}
    assert next(iter(SETTINGS)) == "enabled"
    assert all(
        setting.validate(setting.dump(setting.default)) == setting.default
        for setting in SETTINGS.values()
    )


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("value", [1e308, 10**30, -1, float("nan"), float("inf"), "", "x", [1], {}])
def test_no_value_out_of_range_is_stored(setting: Setting, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        setting.validate(value)


def test_settings_can_be_replaced_one_by_one() -> None:
    changed = replace(ChatSettings(), chance=0.5, emoji_deny=frozenset({"❤️"}))
    assert (changed.chance, changed.emoji_deny) == (0.5, frozenset("❤"))
