"""The settings menu: a message whose buttons go through the values of each setting."""

from dataclasses import dataclass

from telegram import Chat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from bot.adapters.telegram.buttons import SETTING
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import NAME
from bot.core.chat_settings.quiet_hours import EXAMPLE
from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.scope import SettingScope, describe_settings, is_listed, line
from bot.core.chat_settings.setting import Setting, settings_on
from bot.i18n import localize

DONE = "done"
SETTINGS = {setting.name: setting for setting in settings_on(NAME)}
BUTTONS = {name: setting for name, setting in SETTINGS.items() if setting.type.choices}
"""Settings with a button; the others are written after the command."""
_BUTTONS_A_ROW = 2


@dataclass(frozen=True)
class SettingsScope:
    """The chat or topic whose settings are shown and changed."""

    context: AdapterContext
    chat: Chat
    thread: int | None
    everywhere: bool = False
    """In a topic: True for all topics of the chat."""

    @property
    def topic(self) -> str:
        """The id of the topic; empty for the chat as a whole."""
        return "" if self.everywhere else self.context.topic_key(self.chat, self.thread)

    @property
    def stored(self) -> SettingScope:
        """The same scope in the store."""
        store = self.context.services.store.chat_settings
        return SettingScope(store, self.context.ref(self.chat, 0), self.topic)


async def render_menu(scope: SettingsScope, language: str) -> tuple[str, InlineKeyboardMarkup]:
    """Return the menu's text and buttons."""
    current = await scope.stored.current()
    title = localize(
        "settings.title", language, chat=scope.chat.title or localize("settings.here", language)
    )
    lines = describe_settings(SETTINGS, current, language)
    example = f"/settings quiet_hours {EXAMPLE}"
    text = "\n".join(
        [title, "", *lines, "", localize("settings.change", language, example=example)]
    )
    return text[: MessageLimit.MAX_TEXT_LENGTH], _keyboard(scope, current, language)


def _keyboard(scope: SettingsScope, current: ChatSettings, language: str) -> InlineKeyboardMarkup:
    prefix = f"{SETTING}:{_scope_name(scope.everywhere or not scope.topic)}"
    buttons = [
        InlineKeyboardButton(
            line(setting, current, language),
            callback_data=f"{prefix}:{setting.name}:{_next_choice(setting, current)}",
        )
        for setting in BUTTONS.values()
        if is_listed(setting, current)
    ]
    rows = [buttons[i : i + _BUTTONS_A_ROW] for i in range(0, len(buttons), _BUTTONS_A_ROW)]
    return InlineKeyboardMarkup([*rows, _last_row(scope, language)])


def _last_row(scope: SettingsScope, language: str) -> list[InlineKeyboardButton]:
    done = InlineKeyboardButton(
        localize("settings.done", language), callback_data=f"{SETTING}:{DONE}"
    )
    if not scope.thread:
        return [done]
    label = localize("settings.here" if scope.everywhere else "settings.everywhere", language)
    other = f"{SETTING}:{_scope_name(not scope.everywhere)}:"
    return [InlineKeyboardButton(label, callback_data=other), done]


def _scope_name(everywhere: bool) -> str:
    return "all" if everywhere else "here"


def _next_choice(setting: Setting, current: ChatSettings) -> int:
    """Return the index of the choice after the value that holds; of the first after any other."""
    choices, value = setting.type.choices, getattr(current, setting.name)
    return (choices.index(value) + 1) % len(choices) if value in choices else 0


async def press(scope: SettingsScope, change: str, language: str) -> str | None:
    """Store the choice of a button, ``setting:index``; return None if there is no such choice."""
    name, _, index = change.partition(":")
    setting = BUTTONS.get(name)
    if setting is None or not index.isdecimal() or int(index) >= len(setting.type.choices):
        return None
    await scope.stored.set(setting, setting.type.choices[int(index)])
    return await scope.stored.confirm("settings.saved", setting, language)
