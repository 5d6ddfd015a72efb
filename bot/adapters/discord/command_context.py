"""Language and responses of one interaction."""

from discord import app_commands

from bot.adapters.discord.context import Interaction
from bot.i18n import FALLBACK, localize

MAX_LENGTH = 2000
"""Characters of a message that Discord accepts."""


def localized(key: str) -> app_commands.locale_str:
    """Return the description under ``key``, which ``Translator`` finds in other languages too."""
    return app_commands.locale_str(localize(key, FALLBACK), key=key)


def language_of(interaction: Interaction) -> str:
    """Return the language of the member who gives the command."""
    return str(interaction.locale)


async def acknowledge(interaction: Interaction) -> None:
    """Defer the response: Discord expects one in three seconds, then waits fifteen minutes."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def finish_press(interaction: Interaction, text: str, *, stored: bool) -> None:
    """Replace the text above the buttons, and remove them unless the press was not stored."""
    if stored:
        await interaction.edit_original_response(content=text, view=None)
    else:
        await interaction.edit_original_response(content=text)


def shortened(text: str) -> str:
    """Return the text, cut to the length of a message."""
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


async def respond(interaction: Interaction, text: str) -> None:
    """Respond to the member alone, whether the interaction was acknowledged or not."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text)
    else:
        await interaction.response.send_message(text, ephemeral=True)
