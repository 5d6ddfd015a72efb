"""Commands as texts with texts as answers, for platforms without buttons and menus."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.adapters.services import PlatformServices
from bot.adapters.text_platform.commands import community, messages, privacy, rules
from bot.adapters.text_platform.commands.command import TextCommand
from bot.adapters.text_platform.message import TextMessage
from bot.core.errors import PlatformRefused, StoreFailed


def parse(text: str, prefix: str) -> tuple[str, str] | None:
    """Return the name of a command, one of ``COMMANDS``, and the text after it; None if it is none.

    ``prefix`` is the platform's sign of a command, such as ``!``.
    """
    name, _, argument = text.strip().partition(" ")
    command = name.removeprefix(prefix).casefold()
    if not name.startswith(prefix) or command not in COMMANDS:
        return None
    return command, argument.strip()


async def carry_out(
    services: PlatformServices, message: TextMessage, parsed: tuple[str, str], prefix: str
) -> None:
    """Carry out a command as ``parse`` returned it, and answer.

    The texts name commands with a slash, in whose place the platform's ``prefix`` is put.
    """
    name, argument = parsed
    command = TextCommand(services, message, argument, await services.language(message.ref))
    with suppress(PlatformRefused):
        try:
            text = await COMMANDS[name](command)
        except StoreFailed:
            text = command.localize("error.not_stored")
        if text:
            await message.responder.say(with_prefix(text, prefix))


def with_prefix(text: str, prefix: str) -> str:
    """Put the prefix of a platform in the place of the slash before names of commands."""
    return re.sub(rf"(?<![\w/])/(?=(?:{'|'.join(COMMANDS)})\b)", lambda _: prefix, text)


async def _help(command: TextCommand) -> str:
    lines = [f"/{name} – {command.localize(f'command.{name}')}" for name in COMMANDS]
    return "\n".join([command.localize("help.intro"), "", *lines])


COMMANDS: Mapping[str, Callable[[TextCommand], Awaitable[str]]] = {
    "emoji": messages.emoji,
    "help": _help,
    "why": messages.why,
    "feedback": messages.feedback,
    "stats": community.stats,
    "preferences": community.preferences,
    "settings": community.settings,
    "rules": rules.rules,
    "privacy": privacy.privacy,
    "forget": privacy.forget,
    "optout": privacy.opt_out,
    "optin": privacy.opt_in,
    "consent": privacy.consent,
    "personal": privacy.personal,
}
