"""Values of settings in Discord's markup: mentions of channels and roles, custom emojis."""

import re

import discord

from bot.adapters.discord.emojis import to_wire, without_markup
from bot.core.chat_settings.list_types import EmojiSet, IdSet
from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import Setting


def parse(setting: Setting, text: str, language: str, current: ChatSettings) -> object:
    """Read what a person wrote on Discord.

    Raises:
        InvalidSetting: it is no value of the setting.
    """
    return setting.parse(_without_markup(setting, text), language, current)


def format_value(
    setting: Setting, settings: ChatSettings, language: str, guild: discord.Guild | None
) -> str:
    """Return a setting's value in Discord's markup, as ``parse`` reads it."""

    def show_item(item: str) -> str:
        if isinstance(setting.type, EmojiSet):
            return str(to_wire(item, guild) or item)
        return f"<{_sign(setting)}{item}>"

    return setting.format(settings, language, show_item)


def _without_markup(setting: Setting, text: str) -> str:
    if isinstance(setting.type, EmojiSet):
        return without_markup(text)
    if isinstance(setting.type, IdSet):
        return re.sub(rf"<{_sign(setting)}(\d+)>", r" \1 ", text)
    return text


def _sign(setting: Setting) -> str:
    return "@&" if setting.name == "role_deny" else "#"
