"""The command tree: its words in people's languages, and its errors without anybody's text."""

import contextlib
import logging

import discord
from discord import app_commands

from bot.adapters.discord.context import Interaction
from bot.core.errors import StoreFailed
from bot.i18n import FALLBACK, localize, supported_language
from bot.log import describe

logger = logging.getLogger(__name__)


def words(key: str) -> app_commands.locale_str:
    """A description from the texts, which ``Translator`` finds in other languages too."""
    return app_commands.locale_str(localize(key, FALLBACK), key=key)


class Translator(app_commands.Translator):
    """Descriptions and menus in the languages of ``bot.i18n``; commands keep their names."""

    async def localize(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in the locale's language; None where that has none."""
        key = string.extras.get("key")
        if key is None or supported_language(locale.value) == FALLBACK:
            return None
        return localize(str(key), locale.value)


class Tree(app_commands.CommandTree[discord.Client]):
    """Commands that fail in one line, for the member and in the log."""

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Say that it did not work. Options may quote what somebody wrote: none are logged."""
        if isinstance(error, app_commands.CheckFailure):
            return  # the check said why
        cause = getattr(error, "original", error)
        key = "error.not_stored" if isinstance(cause, StoreFailed) else "emoji.failed"
        if not isinstance(cause, StoreFailed):
            logger.error("a command was not carried out: %s", describe(cause))
        with contextlib.suppress(discord.HTTPException):
            await tell(interaction, localize(key, spoken(interaction)))


def spoken(interaction: Interaction) -> str:
    """The language of whoever asks."""
    return str(interaction.locale)


async def acknowledge(interaction: Interaction) -> None:
    """Win time: Discord takes an answer within three seconds, and fifteen minutes after this."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def tell(interaction: Interaction, text: str) -> None:
    """Answer privately, whether or not it was acknowledged."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text)
    else:
        await interaction.response.send_message(text, ephemeral=True)
