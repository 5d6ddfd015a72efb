"""Groups of commands for those who manage a server."""

import discord
from discord import app_commands

from bot.adapters.discord.command_context import language_of, may_manage, respond
from bot.adapters.discord.context import Interaction
from bot.i18n import localize


class ManagerGroup(app_commands.Group):
    """A group of commands that a server's owner may let others than managers see, but not use."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Return True for managers of the server, and in private chats."""
        if may_manage(interaction):
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await respond(interaction, localize("settings.managers", language_of(interaction)))
        return False
