"""``/settings``: the menu, and values that are written after the command; for admins."""

from telegram import CallbackQuery, Message

from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.commands.named_members import with_member_keys
from bot.adapters.telegram.commands.settings_menu import (
    DONE,
    SETTINGS,
    SettingsScope,
    press,
    render_menu,
)
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.permissions import is_admin
from bot.adapters.telegram.refs import thread_of
from bot.core.chat_settings.list_types import MemberSet
from bot.core.chat_settings.setting import find_setting
from bot.core.errors import StoreFailed
from bot.i18n import localize, supported_language


async def settings(command: CommandContext) -> None:
    """Show the menu, or set what is written after the command."""
    message = command.message
    if not await is_admin(command.context, message.chat, message.sender_chat, command.user):
        await command.reply(command.localize("settings.admins"))
        return
    scope = SettingsScope(command.context, message.chat, thread_of(message))
    try:
        if command.argument:
            await command.reply(await _change(command, scope))
            return
        text, keyboard = await render_menu(scope, command.language)
    except StoreFailed:
        text, keyboard = command.localize("error.not_stored"), None
    await command.reply(text, keyboard)


async def _change(command: CommandContext, scope: SettingsScope) -> str:
    """Set what is written after the command; return the confirmation, or how to write it."""
    argument, found = command.argument, find_setting(command.argument)
    if found is not None and isinstance(found[0].type, MemberSet):
        keys = with_member_keys(command.message, found[1], command.context.member)
        if "@" in keys or keys in ("+", "-"):
            return command.localize("settings.name_members", name=found[0].name)
        argument = f"{found[0].name} {keys}"
    return await scope.stored.change(SETTINGS, argument, command.language)


async def handle_callback(context: AdapterContext, query: CallbackQuery, rest: str) -> str:
    """Set the value of a pressed button and show the menu anew; return the notification."""
    language = supported_language(query.from_user.language_code)
    message = query.message
    if not isinstance(message, Message):
        return localize("error.expired", language)
    if not await is_admin(context, message.chat, None, query.from_user.id):
        return localize("settings.admins", language)
    if rest == DONE:
        await context.attempt(query.edit_message_text(localize("settings.closed", language)))
        return ""
    name, _, change = rest.partition(":")
    scope = SettingsScope(context, message.chat, thread_of(message), everywhere=name == "all")
    try:
        notification = await press(scope, change, language) if change else ""
        if notification is None:
            return localize("error.expired", language)
        chat_language = await context.language(message.chat, language, scope.thread)
        text, keyboard = await render_menu(scope, chat_language)
    except StoreFailed:
        return localize("error.not_stored", language)
    await context.attempt(query.edit_message_text(text, reply_markup=keyboard))
    return notification
