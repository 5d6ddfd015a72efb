"""``/preferences``: everyone may see them, who manages the server may reset and transfer them."""

import asyncio
import io
import json

import discord
from discord import app_commands

from bot import charts
from bot.adapters.discord import events
from bot.adapters.discord.command_context import (
    acknowledge,
    finish_press,
    language_of,
    localized,
    respond,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.core.errors import StoreFailed
from bot.core.export_files import ExportFileError, check_size
from bot.core.preferences import transfer
from bot.core.preferences.posterior import Preferences
from bot.i18n import localize

EXPORT_FILENAME = "preferences.json"
CHART_FILENAME = "preferences.png"
CONFIRMATION_TIMEOUT_SECONDS = 600.0
MAX_DESCRIPTION_LENGTH = 1024
"""Characters of a file's description that Discord accepts."""


class PreferencesGroup(app_commands.Group):
    """The subcommands show, reset, export and import."""

    def __init__(self) -> None:
        """Make the group visible to everyone; ``interaction_check`` restricts the others."""
        super().__init__(name="preferences", description=localized("command.preferences"))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Allow ``show`` to everyone, the rest to managers and in private chats."""
        is_show = interaction.command is not None and interaction.command.name == "show"
        if is_show or interaction.guild_id is None or interaction.permissions.manage_guild:
            return True
        await respond(interaction, localize("preferences.admins", language_of(interaction)))
        return False

    @app_commands.command(description=localized("preferences.about_show"))
    async def show(self, interaction: Interaction) -> None:
        """Send a chart of the strongest preferences."""
        await acknowledge(interaction)
        language = language_of(interaction)
        requests = context_of(interaction).service.member_requests
        preferences = await requests.preferences(events.interaction_ref(interaction))
        if not preferences.strongest():
            await respond(interaction, localize("preferences.nothing", language))
            return
        share = f"{preferences.acceptance:.0%}"
        await interaction.edit_original_response(
            content=localize("preferences.caption", language, share=share),
            attachments=[await _draw_chart(interaction, preferences)],
        )

    @app_commands.command(description=localized("preferences.about_reset"))
    async def reset(self, interaction: Interaction) -> None:
        """Ask for confirmation of a reset."""
        await acknowledge(interaction)
        language = language_of(interaction)
        await interaction.edit_original_response(
            content=localize("preferences.ask", language), view=ResetConfirmation(language)
        )

    @app_commands.command(description=localized("preferences.about_export"))
    async def export(self, interaction: Interaction) -> None:
        """Send the counts as a file."""
        await acknowledge(interaction)
        requests = context_of(interaction).service.member_requests
        document = await requests.export_preferences(events.interaction_ref(interaction))
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        await interaction.edit_original_response(
            content=localize("preferences.exported", language_of(interaction)),
            attachments=[discord.File(io.BytesIO(content), EXPORT_FILENAME)],
        )

    @app_commands.command(name="import", description=localized("preferences.about_import"))
    @app_commands.describe(file=localized("preferences.about_file"))
    async def import_(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Replace the counts by those of a file."""
        await acknowledge(interaction)
        requests, language = (
            context_of(interaction).service.member_requests,
            language_of(interaction),
        )
        try:
            check_size(file.size)
            document = transfer.parse_json(await file.read())
            await requests.import_preferences(events.interaction_ref(interaction), document)
        except ExportFileError as error:
            await respond(interaction, localize("preferences.unreadable", language, cause=error))
            return
        await respond(interaction, localize("preferences.imported", language))


async def _draw_chart(interaction: Interaction, preferences: Preferences) -> discord.File:
    language, guild = language_of(interaction), interaction.guild
    strongest = preferences.strongest()
    chart = await asyncio.to_thread(
        charts.preferences_chart,
        [charts.PreferenceBar(emoji, bias) for emoji, bias in strongest],
        charts.DISCORD_DARK,
        localize(
            "preferences.title",
            language,
            chat=guild.name if guild else localize("settings.here", language),
        ),
        localize("preferences.subtitle", language),
        (localize("preferences.more", language), localize("preferences.less", language)),
    )
    description = ", ".join(f"{emoji} {bias:+.1f}" for emoji, bias in strongest)
    return discord.File(
        io.BytesIO(chart), CHART_FILENAME, description=description[:MAX_DESCRIPTION_LENGTH]
    )


class ResetConfirmation(discord.ui.View):
    """Two buttons that reset or keep the preferences; only the asker sees them."""

    def __init__(self, language: str) -> None:
        """Add both buttons."""
        super().__init__(timeout=CONFIRMATION_TIMEOUT_SECONDS)
        self.add_item(_ConfirmationButton("yes", language))
        self.add_item(_ConfirmationButton("no", language))


class _ConfirmationButton(discord.ui.Button[ResetConfirmation]):
    def __init__(self, name: str, language: str) -> None:
        self._resets = name == "yes"
        super().__init__(
            label=localize(f"preferences.{name}", language),
            style=discord.ButtonStyle.danger if self._resets else discord.ButtonStyle.secondary,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Reset the preferences, or not, and remove the buttons once that is stored."""
        await interaction.response.defer()
        key, language = "preferences.kept", language_of(interaction)
        try:
            if self._resets:
                requests = context_of(interaction).service.member_requests
                await requests.reset_preferences(events.interaction_ref(interaction))
                key = "preferences.forgotten"
        except StoreFailed:
            await finish_press(interaction, localize("error.not_stored", language), stored=False)
            return
        await finish_press(interaction, localize(key, language), stored=True)
        if self.view is not None:
            self.view.stop()
