"""What the bot says: in every language all of it, with the same values in it."""

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
"""What Discord's menus take of a description; Telegram's take more."""
CONTEXT_MENU_LENGTH = 32

everywhere = pytest.mark.parametrize("name", LANGUAGES)


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@everywhere
def test_every_language_says_everything(name: str) -> None:
    assert set(load_messages(name)) == set(load_messages(FALLBACK))
    assert all(text.strip() for text in load_messages(name).values())


@everywhere
def test_every_language_names_the_same_values(name: str) -> None:
    for key, text in load_messages(name).items():
        assert values(text) == values(load_messages(FALLBACK)[key]), key


@everywhere
def test_translations_are_no_copies(name: str) -> None:
    copied = [
        key for key, text in load_messages(name).items() if text == load_messages(FALLBACK)[key]
    ]
    assert name == FALLBACK or len(copied) <= 5


@everywhere
def test_settings_modes_and_reasons_have_words(name: str) -> None:
    needed = {f"setting.{key}.{part}" for key in SETTINGS for part in ("name", "about")}
    needed |= {f"mode.{mode}" for mode in Mode} | {f"skip.{reason}" for reason in SkipReason}
    assert needed <= set(load_messages(name))


def test_nothing_is_there_to_say_that_is_never_said() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in BOT.rglob("*.py"))
    built = tuple(re.findall(r'f"([a-z]+\.)\{', source))
    unsaid = {key for key in load_messages(FALLBACK) if f'"{key}"' not in source}
    assert {key for key in unsaid if not key.startswith(built)} == set()


@everywhere
def test_menus_take_the_descriptions(name: str) -> None:
    for key, text in load_messages(name).items():
        if key.startswith(("command.", "option.")) or ".about" in key:
            assert len(text) <= MENU_LENGTH, key
        if key.startswith("menu."):
            assert len(text) <= CONTEXT_MENU_LENGTH, key


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("de-AT", "de"), ("RU", "ru"), ("es_419", "es"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_which_language_is_spoken(wanted: str | None, spoken: str) -> None:
    assert supported_language(wanted) == spoken


@given(st.text())
def test_whatever_is_wanted_something_is_said(wanted: str) -> None:
    assert "7" in localize("forget.done", wanted, count=7)


def test_values_are_put_in_and_a_missing_one_is_an_error() -> None:
    assert localize("why.shown", "de", emojis="😂") == "Ich habe 😂 gezeigt."
    with pytest.raises(KeyError):
        localize("why.shown", "de")
    with pytest.raises(KeyError):
        localize("no.such.text", "de")
