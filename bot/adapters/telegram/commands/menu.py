"""The commands by their names, and their menus by place and language."""

from collections.abc import Awaitable, Callable, Mapping

from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Chat,
    Message,
)

from bot.adapters.telegram import events
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.commands import (
    emoji,
    feedback,
    preferences,
    privacy,
    settings,
    stats,
    why,
)
from bot.adapters.telegram.context import AdapterContext
from bot.i18n import FALLBACK, LANGUAGES, localize

Command = Callable[[CommandContext], Awaitable[None]]


async def start(command: CommandContext) -> None:
    """Say hello."""
    private = command.message.chat.type == Chat.PRIVATE
    await command.reply(command.localize("start.private" if private else "start.group"))


async def help_(command: CommandContext) -> None:
    """Say what there is."""
    me = command.context.bot.bot
    lines = [command.localize("help.intro")]
    if me.supports_inline_queries:
        lines.append(command.localize("help.inline", name=f"@{me.username}"))
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
    "privacy": privacy.privacy,
    "forget": privacy.forget,
    "optout": privacy.optout,
    "optin": privacy.optin,
    "consent": privacy.consent,
}

_EVERYBODY = [name for name in COMMANDS if name not in ("start", "settings")]
MENUS = (
    (BotCommandScopeAllPrivateChats(), list(COMMANDS)),
    (BotCommandScopeAllGroupChats(), _EVERYBODY),
    (BotCommandScopeAllChatAdministrators(), [*_EVERYBODY, "settings"]),
)


async def handle(context: AdapterContext, message: Message, name: str, argument: str) -> None:
    """Do a command; one that is not ours is left alone."""
    if name not in COMMANDS:
        return
    own = message.from_user.language_code if message.from_user else None
    language = await context.language(message.chat, own, events.thread_of(message))
    await COMMANDS[name](CommandContext(context, message, argument, language))


async def set_menus(context: AdapterContext) -> None:
    """Tell Telegram the commands of each place in each language; English for all others."""
    for language in LANGUAGES:
        code = None if language == FALLBACK else language
        for scope, names in MENUS:
            menu = [BotCommand(name, localize(f"command.{name}", language)) for name in names]
            await context.attempt(
                context.bot.set_my_commands(menu, scope=scope, language_code=code)
            )
