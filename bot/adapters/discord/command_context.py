"""Language and responses of one interaction."""

from discord import app_commands

from bot.adapters.discord.context import Interaction
from bot.i18n import FALLBACK, localize


def localized(key: str) -> app_commands.locale_str:
    """Return the description under ``key``, which ``Translator`` finds in other languages too."""
    return app_commands.locale_str(localize(key, FALLBACK), key=key)


def language_of(interaction: Interaction) -> str:
    """Return the language of the member who gives the command."""
    return str(interaction.locale)


async def acknowledge(interaction: Interaction) -> None:
    """Defer the response: Discord expects one in three seconds, then waits fifteen minutes."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def respond(interaction: Interaction, text: str) -> None:
    """Respond to the member alone, whether the interaction was acknowledged or not."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text)
    else:
        await interaction.response.send_message(text, ephemeral=True)
