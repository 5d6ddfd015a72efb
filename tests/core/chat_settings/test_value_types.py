"""Texts of people to values, and refusals."""

from datetime import time

import pytest

from bot.core.chat_settings.list_types import IdSet
from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.chat_settings.setting import (
    SETTINGS,
    InvalidSetting,
    Setting,
)
from bot.i18n import LANGUAGES, load_messages


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("enabled", "ON", True),
        ("enabled", "Off", False),
        ("enabled", "No", False),
        ("enabled", "нет", False),
        ("enabled", "Sí", True),
        ("mode", "React", Mode.REACT),
        ("mode", "mention_only", Mode.MENTION_ONLY),
        ("mode", "Mention only", Mode.MENTION_ONLY),
        ("mode", "Mit Knöpfen antworten", Mode.REPLY),
        ("chance", "50%", 0.5),
        ("chance", "50 %", 0.5),
        ("chance", "50\u00a0%", 0.5),
        ("chance", "0.5", 0.5),
        ("chance", "0,5", 0.5),
        ("chance", "50", 0.5),
        ("chance", "1", 1.0),
        ("chance", "1 %", 0.01),
        ("chance", "12,5 %", 0.125),
        ("cooldown_seconds", "2,5", 2.5),
        ("cooldown_seconds", "60 S", 60.0),
        ("cooldown_seconds", "10 с", 10.0),
        ("cooldown_seconds", "off", 0.0),
        ("max_per_minute", "Unlimited", None),
        ("max_per_minute", "none", None),
        ("max_per_minute", "без ограничений", None),
        ("max_per_minute", "5 pro Minute", 5),
        ("confidence_threshold", "Automatic", None),
        ("target_acceptance", "OFF", None),
        ("target_acceptance", "Ninguno", None),
        ("exploration_rate", "none", 0.0),
        ("emoji_deny", "😂, 🔥❤️", frozenset("😂🔥❤")),
        ("emoji_deny", "Keine", frozenset()),
        ("emoji_deny", "off", frozenset()),
        ("emoji_allow", "ALL", None),
        ("emoji_allow", "off", None),
        ("emoji_allow", "нет", frozenset()),
        ("emoji_allow", "+:party_parrot: 👍🏽", frozenset((":party_parrot:", "👍"))),
        ("chat_deny", "1, 2 3", frozenset("123")),
        ("quiet_hours", "22:00–07:00", QuietHours(time(22), time(7))),
        (
            "quiet_hours",
            "9:05 — 17:30 europe/berlin",
            QuietHours(time(9, 5), time(17, 30), "Europe/Berlin"),
        ),
        ("quiet_hours", "None", None),
        ("quiet_hours", "off", None),
        ("language", "DEUTSCH", "de"),
        ("language", "Ru", "ru"),
    ],
)
def test_texts_of_members_are_parsed(name: str, text: str, value: object) -> None:
    found = SETTINGS[name].parse(text, "en", ChatSettings())
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("text", ["1e308", str(10**30), "nan", "inf", "-1", "9" * 5000, "²", "1_0"])
def test_values_out_of_range_are_refused(setting: Setting, text: str) -> None:
    if isinstance(setting.type, IdSet) and text == "-1":
        return  # takes the channel 1 away
    with pytest.raises(InvalidSetting):
        setting.parse(text, "en", ChatSettings())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("enabled", "perhaps"),
        ("mode", "loud"),
        ("chance", "often"),
        ("chance", "200 %"),
        ("chance", "-1"),
        ("max_per_minute", "1.5"),
        ("max_per_minute", "0"),
        ("max_per_message", "9"),
        ("emoji_deny", "😂 and more"),
        ("emoji_deny", "all"),
        ("emoji_deny", "+"),
        ("chat_allow", "somewhere"),
        ("quiet_hours", "25:00-07:00"),
        ("quiet_hours", "at night"),
        ("quiet_hours", "22:00-07:00 Mars/Base"),
        ("language", "xx"),
        ("language", ""),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_use_the_terms_of_the_product(name: str, text: str, language: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        SETTINGS[name].parse(text, language, ChatSettings())
    start, _, _ = load_messages(language)["settings.invalid"].partition(" {name}")
    assert str(refused.value).startswith(start.rstrip("."))
