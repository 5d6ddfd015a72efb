"""``/preferences``: everyone may see them, who manages the server may reset and transfer them."""

import asyncio
import json

import discord
from discord import app_commands

from bot import charts
from bot.adapters.discord import events
from bot.adapters.discord.command_context import (
    acknowledge,
    chat_name,
    file_of,
    language_of,
    localized,
    may_manage,
    respond,
    respond_with_file,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.prompts import RESET, RETAIN, ask
from bot.core.export_files import ExportFileError, check_size
from bot.core.members.privacy import Prompt
from bot.core.preferences import transfer
from bot.core.preferences.posterior import Preferences
from bot.i18n import localize

EXPORT_FILENAME = "preferences.json"
CHART_FILENAME = "preferences.png"


class PreferencesGroup(app_commands.Group):
    """The subcommands show, reset, export and import."""

    def __init__(self) -> None:
        """Make the group visible to everyone; ``interaction_check`` restricts the others."""
        super().__init__(name="preferences", description=localized("command.preferences"))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Allow ``show`` to everyone, the rest to managers and in private chats."""
        is_show = interaction.command is not None and interaction.command.name == "show"
        if is_show or may_manage(interaction):
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
        caption = localize("preferences.caption", language, share=share)
        await respond_with_file(interaction, caption, await _draw_chart(interaction, preferences))

    @app_commands.command(description=localized("preferences.about_reset"))
    async def reset(self, interaction: Interaction) -> None:
        """Ask for confirmation of a reset."""
        await acknowledge(interaction)
        language = language_of(interaction)
        choices = (
            (RESET, localize("preferences.yes", language)),
            (RETAIN, localize("preferences.no", language)),
        )
        await ask(interaction, Prompt(localize("preferences.ask", language), choices))

    @app_commands.command(description=localized("preferences.about_export"))
    async def export(self, interaction: Interaction) -> None:
        """Send the counts as a file."""
        await acknowledge(interaction)
        requests = context_of(interaction).service.member_requests
        document = await requests.export_preferences(events.interaction_ref(interaction))
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        text = localize("preferences.exported", language_of(interaction))
        await respond_with_file(interaction, text, file_of(content, EXPORT_FILENAME))

    @app_commands.command(name="import", description=localized("preferences.about_import"))
    @app_commands.describe(file=localized("preferences.about_file"))
    async def import_(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Replace the counts by those of a file."""
        await acknowledge(interaction)
        language = language_of(interaction)
        requests = context_of(interaction).service.member_requests
        try:
            check_size(file.size)
            document = transfer.parse_json(await file.read())
            await requests.import_preferences(events.interaction_ref(interaction), document)
        except ExportFileError as error:
            await respond(interaction, localize("preferences.unreadable", language, cause=error))
            return
        await respond(interaction, localize("preferences.imported", language))


async def _draw_chart(interaction: Interaction, preferences: Preferences) -> discord.File:
    language = language_of(interaction)
    strongest = preferences.strongest()
    chart = await asyncio.to_thread(
        charts.preferences_chart,
        [charts.PreferenceBar(emoji, bias) for emoji, bias in strongest],
        charts.DISCORD_DARK,
        localize("preferences.title", language, chat=chat_name(interaction)),
        localize("preferences.subtitle", language),
        (localize("preferences.more", language), localize("preferences.less", language)),
    )
    description = ", ".join(f"{emoji} {bias:+.1f}" for emoji, bias in strongest)
    return file_of(chart, CHART_FILENAME, description)
