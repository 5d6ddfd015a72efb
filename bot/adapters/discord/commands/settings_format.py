"""Values of settings in Discord's markup: mentions of channels and roles, custom emojis."""

import re
from collections.abc import Callable

from bot.adapters.discord.emojis import Emojis, without_markup
from bot.core.chat_settings.list_types import EmojiSet, IdSet, MemberSet
from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import Setting
from bot.core.events import MemberKey

ROLE_LISTS = ("role_allow", "role_deny")
_MEMBER = re.compile(r"<@!?(\d{1,20})>|(?<!\w)(\d{15,20})(?!\w)")


def parse(
    setting: Setting,
    text: str,
    language: str,
    current: ChatSettings,
    member: Callable[[int], MemberKey],
) -> object:
    """Read what a person wrote on Discord; ``member`` returns the key of a member's id.

    Raises:
        InvalidSetting: it is no value of the setting.
    """
    if isinstance(setting.type, MemberSet):
        plain = _MEMBER.sub(lambda found: f" {member(int(found[1] or found[2]))} ", text)
    else:
        plain = _without_markup(setting, text)
    return setting.parse(plain, language, current)


def format_value(setting: Setting, settings: ChatSettings, language: str, emojis: Emojis) -> str:
    """Return a setting's value in Discord's markup, as ``parse`` reads it."""

    def show_item(item: str) -> str:
        if isinstance(setting.type, EmojiSet):
            return str(emojis.written(item) or item)
        return f"<{_sign(setting)}{item}>"

    return setting.format(settings, language, show_item)


def _without_markup(setting: Setting, text: str) -> str:
    if isinstance(setting.type, EmojiSet):
        return without_markup(text)
    if isinstance(setting.type, IdSet):
        return re.sub(rf"<{_sign(setting)}(\d+)>", r" \1 ", text)
    return text


def _sign(setting: Setting) -> str:
    return "@&" if setting.name in ROLE_LISTS else "#"
