"""Settings as people write and read them, in every language."""

from hypothesis import given

from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import (
    SETTINGS,
    InvalidSetting,
    Setting,
    find_setting,
    is_default,
    settings_on,
)
from bot.i18n import LANGUAGES, localize
from tests.core.chat_settings.strategies import (
    languages,
    setting_values,
    settings,
    texts,
    with_value,
)


def test_platforms_have_the_settings_of_what_they_can() -> None:
    only_discord = {"max_per_message", "chat_allow", "chat_deny", "role_allow", "role_deny"}
    assert {setting.name for setting in settings_on("discord")} == set(SETTINGS) - {"big_reactions"}
    assert {setting.name for setting in settings_on("telegram")} == set(SETTINGS) - only_discord


@given(setting_values, languages)
def test_a_formatted_value_is_parsed_back(pair: tuple[Setting, object], language: str) -> None:
    setting, value = pair
    current = with_value(setting, value)
    assert getattr(current, setting.name) == value
    assert setting.parse(setting.format(current, language), language, ChatSettings()) == value


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


@given(settings, texts, languages)
def test_any_text_is_a_value_or_refused_in_the_language_of_the_member(
    setting: Setting, text: str, language: str
) -> None:
    value, refusal = None, ""
    try:
        value = setting.parse(text, language, ChatSettings())
    except InvalidSetting as error:
        refusal = str(error)
    requirements = (setting.type.requirement(language), localize("settings.time_zone", language))
    assert (
        any(each in refusal for each in requirements)
        or setting.validate(setting.dump(value)) == value
    )


def test_a_setting_is_found_by_name_or_label() -> None:
    for text in ("quiet_hours off", "Quiet-Hours off", "QUIET hours  off", "тихие часы off"):
        found = find_setting(text)
        assert found is not None
        assert (found[0].name, found[1]) == ("quiet_hours", "off")
    mode = find_setting("mode react")
    assert mode == (SETTINGS["mode"], "react")
    assert find_setting("mood 3") is None
    assert find_setting("") is None


def test_the_default_can_be_requested_in_any_language() -> None:
    assert all(map(is_default, ("default", "Standard", "по умолчанию", "PREDETERMINADO")))
    assert not is_default("none")


def test_suggestions_are_parsed() -> None:
    for setting in SETTINGS.values():
        for language in LANGUAGES:
            for text, choice in zip(
                setting.suggestions(language), setting.type.choices, strict=True
            ):
                assert setting.parse(text, language, ChatSettings()) == choice
