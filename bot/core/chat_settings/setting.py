"""One setting of a chat, as commands, menus, database and docs need it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import to_json

from bot.core.chat_settings.quiet_hours import UnknownTimeZone
from bot.core.chat_settings.schema import EVERYWHERE, RARE, ChatSettings, Platforms
from bot.core.chat_settings.value_types import ShowItem, ValueType
from bot.core.chat_settings.words import is_word, spaced
from bot.i18n import LANGUAGES, localize


class InvalidSetting(ValueError):
    """A text that is no value of a setting; the message says to the person what it takes."""


@dataclass(frozen=True)
class Setting:
    """One setting of a chat: how it is called, read, shown and stored."""

    name: str
    """The field of ``ChatSettings``, and the key in config, database and commands."""
    type: ValueType
    platforms: Platforms
    annotation: Any
    is_rare: bool = False
    """True if menus show it only if it has been changed: they stay short."""

    @property
    def default(self) -> object:
        """The value unless the operator or the chat has set another."""
        return getattr(ChatSettings(), self.name)

    def label(self, language: str) -> str:
        """Return what people call it."""
        return localize(f"setting.{self.name}.name", language)

    def about(self, language: str) -> str:
        """Return one sentence on what it does."""
        return localize(f"setting.{self.name}.about", language)

    def validate(self, stored: object) -> object:
        """Return the value that was stored as JSON.

        Raises:
            ValueError: it is of the wrong type, or out of range.
        """
        # JSON's strict rules: a list is a set, but neither a text nor a truth value is a number.
        return self._adapter.validate_json(to_json(stored, inf_nan_mode="constants"), strict=True)

    def restore(self, stored: object) -> object:
        """Return the same, also for a value that was valid only when it was stored.

        Raises:
            ValueError: it never was.
        """
        try:
            return self.validate(stored)
        except ValueError:
            return self.type.restore(stored)

    @cached_property
    def _adapter(self) -> TypeAdapter[object]:
        return TypeAdapter(self.annotation)

    def dump(self, value: object) -> object:
        """Return the value as JSON has it."""
        return self.type.dump(value)

    def parse(self, text: str, language: str, now: ChatSettings) -> object:
        """Read what a person wrote; a list may add to what it holds ``now``.

        Raises:
            InvalidSetting: in the person's ``language``.
        """
        try:
            return self.type.parse(text, getattr(now, self.name))
        except UnknownTimeZone:
            raise InvalidSetting(localize("settings.time_zone", language)) from None
        except ValueError:
            requirement, name = self.type.requirement(language), self.label(language)
            message = localize("settings.invalid", language, name=name, requirement=requirement)
            raise InvalidSetting(message) from None

    def format(self, settings: ChatSettings, language: str, show_item: ShowItem = str) -> str:
        """Return its value as people and ``parse`` read it; ``show_item`` writes list items."""
        return self.type.format(getattr(settings, self.name), language, show_item)

    def describe(self, settings: ChatSettings, language: str) -> str:
        """Return a sentence with its value, and with what can take its place."""
        return localize(
            "settings.value",
            language,
            name=self.label(language),
            value=self.format(settings, language),
            requirement=self.type.requirement(language),
            default=localize("settings.default", language),
        )

    def suggestions(self, language: str) -> list[str]:
        """Return texts of common values, which ``parse`` reads."""
        return [self.type.format(choice, language) for choice in self.type.choices]


def _settings() -> dict[str, Setting]:
    hints = get_type_hints(ChatSettings, include_extras=True)
    names = sorted((field.name for field in fields(ChatSettings)), key="enabled".__ne__)
    return {name: _setting(name, hints[name]) for name in names}


def _setting(name: str, annotation: object) -> Setting:
    _, type_, *marks = get_args(annotation)
    platforms = next((mark for mark in marks if isinstance(mark, Platforms)), EVERYWHERE)
    return Setting(name, type_, platforms, annotation, RARE in marks)


SETTINGS: Mapping[str, Setting] = _settings()
"""All settings by their names; the main switch leads."""


def settings_on(platform: str) -> list[Setting]:
    """Return the settings that exist on a platform."""
    return [setting for setting in SETTINGS.values() if platform in setting.platforms]


def find_setting(text: str) -> tuple[Setting, str] | None:
    """Return the setting with whose name or label a text begins, and the rest of the text."""
    words = text.split()
    for end in range(len(words), 0, -1):
        if setting := _by_any_name().get(spaced(" ".join(words[:end]))):
            return setting, " ".join(words[end:])
    return None


@cache
def _by_any_name() -> Mapping[str, Setting]:
    return {
        spaced(name): setting
        for setting in SETTINGS.values()
        for name in (*map(setting.label, LANGUAGES), setting.name)
    }


def is_default(text: str) -> bool:
    """Return whether a person asks for the default, in any language."""
    return is_word(text, "settings.default")
