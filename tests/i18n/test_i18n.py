"""Localized messages: complete in every language, with the same placeholders."""

import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat_settings.schema import Mode
from bot.core.chat_settings.setting import SETTINGS
from bot.core.events import SkipReason
from bot.i18n import FALLBACK, LANGUAGES, load_messages, localize, supported_language

BOT = Path(__file__).parents[2] / "bot"
MENU_LENGTH = 100
"""Discord's limit of a description; Telegram's is higher."""
CONTEXT_MENU_LENGTH = 32

every_language = pytest.mark.parametrize("name", LANGUAGES)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@every_language
def test_every_language_has_every_message(name: str) -> None:
    assert set(load_messages(name)) == set(load_messages(FALLBACK))
    assert all(text.strip() for text in load_messages(name).values())


@every_language
def test_every_language_has_the_same_placeholders(name: str) -> None:
    for key, text in load_messages(name).items():
        assert placeholders(text) == placeholders(load_messages(FALLBACK)[key]), key


@every_language
def test_translations_are_not_copies(name: str) -> None:
    copied = [
        key for key, text in load_messages(name).items() if text == load_messages(FALLBACK)[key]
    ]
    assert name == FALLBACK or len(copied) <= 5


@every_language
def test_settings_modes_and_skip_reasons_have_messages(name: str) -> None:
    needed = {f"setting.{key}.{part}" for key in SETTINGS for part in ("name", "about")}
    needed |= {f"mode.{mode}" for mode in Mode} | {f"skip.{reason}" for reason in SkipReason}
    assert needed <= set(load_messages(name))


def test_every_message_is_used() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in BOT.rglob("*.py"))
    source = source.replace("'", '"')  # keys within f-strings
    built = tuple(re.findall(r'f"([a-z]+\.)\{', source))
    unused = {key for key in load_messages(FALLBACK) if f'"{key}"' not in source}
    assert {key for key in unused if not key.startswith(built)} == set()


@every_language
def test_descriptions_fit_the_menus(name: str) -> None:
    for key, text in load_messages(name).items():
        if key.startswith(("command.", "option.")) or ".about" in key:
            assert len(text) <= MENU_LENGTH, key
        if key.startswith("menu."):
            assert len(text) <= CONTEXT_MENU_LENGTH, key


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("de-AT", "de"), ("RU", "ru"), ("es_419", "es"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_languages_are_matched_by_tag(wanted: str | None, spoken: str) -> None:
    assert supported_language(wanted) == spoken


@given(st.text())
def test_any_tag_gives_a_message(wanted: str) -> None:
    assert "7" in localize("forget.done", wanted, count=7)


def test_placeholders_are_filled_and_a_missing_value_is_an_error() -> None:
    assert localize("why.shown", "de", emojis="😂") == "Ich habe 😂 gezeigt."
    with pytest.raises(KeyError):
        localize("why.shown", "de")
    with pytest.raises(KeyError):
        localize("no.such.text", "de")
