"""Language and responses of one interaction."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import app_commands, ui

from bot.adapters.discord.context import Interaction
from bot.i18n import FALLBACK, localize

MAX_LENGTH = 2000
"""Characters of a message that Discord accepts."""
MAX_DESCRIPTION_LENGTH = 1024
"""Characters of a file's description that Discord accepts."""
MAX_FRAMED_LENGTH = 4000
"""Characters of a message in a frame that Discord accepts."""


def localized(key: str) -> app_commands.locale_str:
    """Return the description under ``key``, which ``Translator`` finds in other languages too."""
    return app_commands.locale_str(localize(key, FALLBACK), key=key)


def language_of(interaction: Interaction) -> str:
    """Return the language of the member who gives the command."""
    return str(interaction.locale)


def chat_name(interaction: Interaction) -> str:
    """Return the name of the server, or words for a private chat."""
    guild = interaction.guild
    return guild.name if guild else localize("settings.here", language_of(interaction))


def may_manage(interaction: Interaction) -> bool:
    """Return True for those who manage the server, and in private chats."""
    return interaction.guild_id is None or interaction.permissions.manage_guild


async def acknowledge(interaction: Interaction) -> None:
    """Defer the response: Discord expects one in three seconds, then waits fifteen minutes."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def finish_press(interaction: Interaction, text: str, *, stored: bool) -> None:
    """Replace the text above the buttons, and remove them unless the press was not stored."""
    if stored:
        await interaction.edit_original_response(content=text, view=None)
    else:
        await interaction.edit_original_response(content=text)


def shortened(text: str, length: int = MAX_LENGTH) -> str:
    """Return the text, cut to the length of a message."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


async def respond(interaction: Interaction, text: str) -> None:
    """Respond to the member alone, whether the interaction was acknowledged or not."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text)
    else:
        await interaction.response.send_message(text, ephemeral=True)


async def respond_with_file(interaction: Interaction, text: str, file: discord.File) -> None:
    """Respond to an acknowledged interaction with a text above a file."""
    await interaction.edit_original_response(content=text, attachments=[file])


def file_of(content: bytes, name: str, description: str | None = None) -> discord.File:
    """Return a file for a message; ``description`` is what a picture shows."""
    cut = None if description is None else description[:MAX_DESCRIPTION_LENGTH]
    return discord.File(io.BytesIO(content), name, description=cut)


def button_row(buttons: Iterable[ui.Item[Any]]) -> ui.View:
    """Return buttons for below a text; presses are found by their ids, after a restart as well.

    So it can be stopped once it is sent.
    """
    view = ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    return view


async def respond_with_buttons(
    interaction: Interaction, text: str, buttons: Iterable[ui.Item[Any]]
) -> None:
    """Respond to an acknowledged interaction with a text above buttons."""
    view = button_row(buttons)
    await interaction.edit_original_response(content=text, view=view)
    view.stop()


async def respond_framed(
    interaction: Interaction, text: str, buttons: Sequence[ui.Item[Any]] = ()
) -> None:
    """Respond to an acknowledged interaction with a long text in a frame, above a row of buttons.

    It takes twice as much text (components v2). A message that has a frame takes no content, embeds
    or files any more: so this is for answers that no later edit replaces.
    """
    frame = ui.Container[ui.LayoutView](ui.TextDisplay(shortened(text, MAX_FRAMED_LENGTH)))
    if buttons:
        frame.add_item(ui.ActionRow(*buttons))
    view = ui.LayoutView(timeout=None)
    view.add_item(frame)
    await interaction.edit_original_response(view=view)
    view.stop()
