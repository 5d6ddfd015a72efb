"""The commands by name, and their menus by scope and language."""

from collections.abc import Awaitable, Callable, Mapping

from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Chat,
    Message,
)

from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.commands import (
    emoji,
    feedback,
    preferences,
    privacy,
    rules,
    settings,
    stats,
    why,
)
from bot.adapters.telegram.context import AdapterContext
from bot.i18n import FALLBACK, LANGUAGES, localize

Command = Callable[[CommandContext], Awaitable[None]]


async def start(command: CommandContext) -> None:
    """Greet the member or the group."""
    private = command.message.chat.type == Chat.PRIVATE
    await command.reply(command.localize("start.private" if private else "start.group"))


async def help_(command: CommandContext) -> None:
    """List the commands."""
    me = command.context.bot.bot
    lines = [command.localize("help.intro")]
    if me.supports_inline_queries:
        lines.append(command.localize("help.inline", name=f"@{me.username}"))
    if me.supports_guest_queries:
        lines.append(command.localize("help.guest", name=f"@{me.username}"))
    lines.append("\n".join(f"/{name} – {command.localize(f'command.{name}')}" for name in COMMANDS))
    await command.reply("\n\n".join(lines))


COMMANDS: Mapping[str, Command] = {
    "start": start,
    "help": help_,
    "emoji": emoji.emoji,
    "why": why.why,
    "feedback": feedback.feedback,
    "stats": stats.stats,
    "preferences": preferences.preferences,
    "settings": settings.settings,
    "rules": rules.rules,
    "privacy": privacy.privacy,
    "forget": privacy.forget,
    "optout": privacy.optout,
    "optin": privacy.optin,
    "consent": privacy.consent,
    "personal": privacy.personal,
}

_FOR_ADMINS = ["settings", "rules"]
_GROUP_COMMANDS = [name for name in COMMANDS if name not in ("start", *_FOR_ADMINS)]
MENUS = (
    (BotCommandScopeAllPrivateChats(), list(COMMANDS)),
    (BotCommandScopeAllGroupChats(), _GROUP_COMMANDS),
    (BotCommandScopeAllChatAdministrators(), [*_GROUP_COMMANDS, *_FOR_ADMINS]),
)


async def handle(context: AdapterContext, message: Message, name: str, argument: str) -> None:
    """Run a command; unknown ones are ignored."""
    if name not in COMMANDS:
        return
    language = await context.language_of(message)
    await COMMANDS[name](CommandContext(context, message, argument, language))


async def set_menus(context: AdapterContext) -> None:
    """Register the commands of each scope in each language; English for all others."""
    for language in LANGUAGES:
        code = None if language == FALLBACK else language
        for scope, names in MENUS:
            menu = [BotCommand(name, localize(f"command.{name}", language)) for name in names]
            await context.attempt(
                context.bot.set_my_commands(menu, scope=scope, language_code=code)
            )
