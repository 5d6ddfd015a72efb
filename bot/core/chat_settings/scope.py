"""The scope in which a member with the right shows and changes settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import InvalidSetting, Setting, find_setting, is_default
from bot.core.events import MessageRef
from bot.core.ports import ChatSettingStore
from bot.i18n import localize


@dataclass(frozen=True, slots=True)
class SettingScope:
    """A community, or one chat of it; each method raises ``StoreFailed`` if the store fails."""

    store: ChatSettingStore
    ref: MessageRef
    """Any message of the community."""
    chat: str = ""
    """The key of the chat; empty for the community."""

    async def current(self) -> ChatSettings:
        """Return the settings that hold."""
        return await self.store.get(self.ref, self.chat)

    async def set(self, setting: Setting, value: object) -> None:
        """Store a value."""
        await self.store.set_override(
            self._target, setting.name, setting.dump(value), everywhere=not self.chat
        )

    async def reset(self, setting: Setting) -> None:
        """Remove the stored value."""
        await self.store.remove_override(self._target, setting.name, everywhere=not self.chat)

    async def confirm(self, key: str, setting: Setting, language: str) -> str:
        """Return the text under ``key`` about the value that holds now."""
        value = setting.format(await self.current(), language)
        return localize(key, language, name=setting.label(language), value=value)

    async def change(self, settings: Mapping[str, Setting], argument: str, language: str) -> str:
        """Set the value after a setting's name, or reset it; return the confirmation.

        Without a value, return the one that holds. ``settings`` are those of the platform, by
        their names.
        """
        found = find_setting(argument)
        if found is None or found[0].name not in settings:
            return localize("settings.unknown", language, names=", ".join(settings))
        setting, text = found
        if not text:
            return setting.describe(await self.current(), language)
        if is_default(text):
            await self.reset(setting)
            return await self.confirm("settings.unset", setting, language)
        try:
            value = setting.parse(text, language, await self.current())
        except InvalidSetting as error:
            return str(error)
        await self.set(setting, value)
        return await self.confirm("settings.saved", setting, language)

    @property
    def _target(self) -> MessageRef:
        return replace(self.ref, chat=self.chat) if self.chat else self.ref


def describe_settings(
    settings: Mapping[str, Setting], current: ChatSettings, language: str
) -> list[str]:
    """Return one line for each setting but rare ones that were not changed."""
    return [
        line(setting, current, language)
        for setting in settings.values()
        if is_listed(setting, current)
    ]


def is_listed(setting: Setting, current: ChatSettings) -> bool:
    """Return if menus show a setting: rare ones only if they were changed."""
    return not setting.is_rare or getattr(current, setting.name) != setting.default


def line(setting: Setting, current: ChatSettings, language: str) -> str:
    """Return a setting's label and value, which ``change`` reads without the colon."""
    return f"{setting.label(language)}: {setting.format(current, language)}"
