"""Settings as people write and read them: the same on both platforms, in every language."""

from dataclasses import fields, replace
from datetime import time
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.commands import settings_format
from bot.core.chat_settings.list_types import EmojiSet, IdSet
from bot.core.chat_settings.overrides import apply_override
from bot.core.chat_settings.quiet_hours import QuietHours, TimeRange
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.chat_settings.setting import (
    SETTINGS,
    InvalidSetting,
    Setting,
    find_setting,
    is_default,
    settings_on,
)
from bot.core.chat_settings.value_types import Number, OneOf
from bot.i18n import LANGUAGES, load_messages, localize
from model.emoji import emoji_names

languages = st.sampled_from(sorted(LANGUAGES))
settings = st.sampled_from(list(SETTINGS.values()))
texts = st.text(max_size=40) | st.from_regex(r"[-+]?\d{1,40}([.,]\d{1,9})? ?(%|s|a minute)?")
clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
emojis = st.sampled_from(sorted(emoji_names())) | st.from_regex(
    r":[A-Za-z0-9_]{2,20}:", fullmatch=True
)


def values(setting: Setting) -> st.SearchStrategy[object]:
    """Any valid value."""
    match setting.type:
        case OneOf(choices=choices):
            return st.sampled_from(choices)
        case Number(whole=True, none=none) as number:
            whole = st.integers(int(number.minimum), int(number.maximum))
            return st.none() | whole if none else whole
        case Number(none=none) as number:
            share = st.floats(number.minimum, number.maximum)
            return st.none() | share if none else share
        case EmojiSet(optional=optional) | IdSet(optional=optional) as listed:
            items = emojis if isinstance(listed, EmojiSet) else st.integers(0).map(str)
            some = st.frozensets(items.filter(lambda item: len(item) <= 20), max_size=4)
            return st.none() | some if optional else some
        case TimeRange():
            zones = st.sampled_from(sorted(available_timezones()))
            return st.none() | st.builds(QuietHours, clock_times, clock_times, zones)
    raise AssertionError(setting)


setting_values = settings.flatmap(lambda setting: st.tuples(st.just(setting), values(setting)))


def with_value(setting: Setting, value: object) -> ChatSettings:
    return apply_override(ChatSettings(), setting.name, setting.dump(value))


def test_every_field_is_a_setting() -> None:
    assert set(SETTINGS) == {field.name for field in fields(ChatSettings)}
    assert next(iter(SETTINGS)) == "enabled"
    assert all(
        setting.validate(setting.dump(setting.default)) == setting.default
        for setting in SETTINGS.values()
    )


def test_telegram_has_no_settings_of_channels_and_roles() -> None:
    only_discord = {"max_per_message", "chat_allow", "chat_deny", "role_deny"}
    assert settings_on("discord") == list(SETTINGS.values())
    assert {setting.name for setting in settings_on("telegram")} == set(SETTINGS) - only_discord


@given(setting_values, languages)
def test_a_shown_value_is_read_back(pair: tuple[Setting, object], language: str) -> None:
    setting, value = pair
    current = with_value(setting, value)
    assert getattr(current, setting.name) == value
    assert setting.parse(setting.format(current, language), language, ChatSettings()) == value
    shown = settings_format.format_value(setting, current, language, None)
    assert settings_format.parse(setting, shown, language, ChatSettings()) == value


@given(setting_values, languages)
def test_a_line_of_the_menu_can_be_written_as_a_command(
    pair: tuple[Setting, object], language: str
) -> None:
    setting, value = pair
    line = f"{setting.label(language)} {setting.format(with_value(setting, value), language)}"
    found = find_setting(line)
    assert found is not None
    assert found[0] is setting
    assert setting.parse(found[1], language, ChatSettings()) == value


@given(settings, texts, languages, st.sampled_from(["discord", "telegram"]))
def test_any_text_is_a_value_or_refused_in_the_persons_language(
    setting: Setting, text: str, language: str, platform: str
) -> None:
    parse = settings_format.parse if platform == "discord" else Setting.parse
    value, refusal = None, ""
    try:
        value = parse(setting, text, language, ChatSettings())
    except InvalidSetting as error:
        refusal = str(error)
    rules = (setting.type.rule(language), localize("settings.time_zone", language))
    assert any(rule in refusal for rule in rules) or setting.validate(setting.dump(value)) == value


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("value", [1e308, 10**30, -1, float("nan"), float("inf"), "", "x", [1], {}])
def test_no_value_out_of_range_is_stored(setting: Setting, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        setting.validate(value)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("text", ["1e308", str(10**30), "nan", "inf", "-1", "9" * 5000, "²", "1_0"])
def test_no_text_out_of_range_is_read(setting: Setting, text: str) -> None:
    if isinstance(setting.type, IdSet) and text == "-1":
        return  # takes the channel 1 away
    with pytest.raises(InvalidSetting):
        setting.parse(text, "en", ChatSettings())


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
def test_what_people_write_is_read(name: str, text: str, value: object) -> None:
    found = SETTINGS[name].parse(text, "en", ChatSettings())
    assert (found, type(found)) == (value, type(value))


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
def test_a_sign_adds_or_takes_away(name: str, text: str, value: object) -> None:
    current = ChatSettings(
        emoji_deny=frozenset("🔥❤"), emoji_allow=frozenset("🎉"), chat_deny=frozenset("7")
    )
    assert SETTINGS[name].parse(text, "en", current) == value


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
def test_a_refusal_is_in_words_of_the_product(name: str, text: str, language: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        SETTINGS[name].parse(text, language, ChatSettings())
    start, _, _ = load_messages(language)["settings.invalid"].partition(" {name}")
    assert str(refused.value).startswith(start.rstrip("."))


def test_a_setting_is_found_by_name_or_label() -> None:
    for text in ("quiet_hours off", "Quiet-Hours off", "QUIET hours  off", "тихие часы off"):
        found = find_setting(text)
        assert found is not None
        assert (found[0].name, found[1]) == ("quiet_hours", "off")
    mode = find_setting("mode react")
    assert mode == (SETTINGS["mode"], "react")
    assert find_setting("mood 3") is None
    assert find_setting("") is None


def test_the_default_is_asked_for_in_any_language() -> None:
    assert all(map(is_default, ("default", "Standard", "по умолчанию", "PREDETERMINADO")))
    assert not is_default("none")


def test_suggestions_are_read() -> None:
    for setting in SETTINGS.values():
        for language in LANGUAGES:
            for text, choice in zip(
                setting.suggestions(language), setting.type.choices, strict=True
            ):
                assert setting.parse(text, language, ChatSettings()) == choice


def test_settings_can_be_replaced_one_by_one() -> None:
    changed = replace(ChatSettings(), chance=0.5, emoji_deny=frozenset({"❤️"}))
    assert (changed.chance, changed.emoji_deny) == (0.5, frozenset("❤"))
