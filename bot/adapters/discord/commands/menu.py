"""Slash commands and context menus: registration, translation, and failures."""

import contextlib
import logging
from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.command_context import language_of, localized, respond
from bot.adapters.discord.commands.emoji import emoji, suggest
from bot.adapters.discord.commands.feedback import feedback
from bot.adapters.discord.commands.preferences import PreferencesGroup
from bot.adapters.discord.commands.privacy import (
    consent,
    forget,
    optin,
    optout,
    personal,
    privacy,
)
from bot.adapters.discord.commands.rules import RulesGroup
from bot.adapters.discord.commands.settings import SettingsGroup
from bot.adapters.discord.commands.stats import stats
from bot.adapters.discord.commands.why import why, why_this
from bot.adapters.discord.context import Interaction
from bot.core.errors import StoreFailed
from bot.i18n import FALLBACK, localize, supported_language
from bot.log import describe

logger = logging.getLogger(__name__)


class Translator(app_commands.Translator):
    """Descriptions and menus in the languages of ``bot.i18n``; commands keep their names."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the text in the language of the locale; None if there is none."""
        key = string.extras.get("key")
        if key is None or supported_language(locale.value) == FALLBACK:
            return None
        return localize(str(key), locale.value)


class CommandTree(app_commands.CommandTree[discord.Client]):
    """Commands whose failures are one line, to the member and in the log."""

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Report the failure. Options may quote message text: none are logged."""
        if isinstance(error, app_commands.CheckFailure):
            return  # the check has responded
        cause = getattr(error, "original", error)
        key = "error.not_stored" if isinstance(cause, StoreFailed) else "emoji.failed"
        if not isinstance(cause, StoreFailed):
            logger.error("a command failed: %s", describe(cause))
        with contextlib.suppress(discord.HTTPException):
            await respond(interaction, localize(key, language_of(interaction)))


@app_commands.command(name="help", description=localized("command.help"))
async def help_(interaction: Interaction) -> None:
    """List the commands."""
    language = language_of(interaction)
    commands = interaction.client.tree.get_commands(type=discord.AppCommandType.chat_input)
    lines = [localize("help.intro", language), ""]
    lines += [
        f"`/{command.name}` {localize(f'command.{command.name}', language)}" for command in commands
    ]
    await respond(interaction, "\n".join(lines))


_Commands = tuple[app_commands.Command[Any, ..., Any] | app_commands.ContextMenu, ...]
COMMANDS: _Commands = (
    *(emoji, why, feedback, stats, privacy, forget, optout, optin, consent, personal, help_),
    *(suggest, why_this),
)


ANYWHERE: _Commands = (
    *(emoji, privacy, forget, optout, optin, consent, personal, help_),
    suggest,
)
"""Commands that members who install the app for themselves have in every server and chat."""


def build_tree(client: discord.Client) -> CommandTree:
    """Build the tree of all commands, not yet registered with Discord.

    All but ``ANYWHERE`` are about a place where the bot is: its servers, and private chats with it.
    """
    tree = CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    for anywhere in ANYWHERE:
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(anywhere)
        app_commands.allowed_installs(guilds=True, users=True)(anywhere)
    tree.add_command(SettingsGroup())
    tree.add_command(RulesGroup())
    tree.add_command(PreferencesGroup())
    for command in COMMANDS:
        tree.add_command(command)
    return tree
