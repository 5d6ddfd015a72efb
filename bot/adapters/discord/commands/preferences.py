"""What a community likes: everybody may see it; who manages the server may reset and move it."""

import asyncio
import io
import json

import discord
from discord import app_commands

from bot import charts
from bot.adapters.discord import events
from bot.adapters.discord.command_context import acknowledge, language_of, localized, respond
from bot.adapters.discord.context import Interaction, context_of
from bot.core.errors import StoreFailed
from bot.core.preferences import transfer
from bot.i18n import localize

FILE = "taste.json"
ASK_SECONDS = 600.0
LONGEST_DESCRIPTION = 1024
"""Of a file, in characters, as Discord takes it."""


class TasteGroup(app_commands.Group):
    """See, reset, export and import."""

    def __init__(self) -> None:
        """For everybody; the check keeps what changes or moves counts for managers."""
        super().__init__(name="taste", description=localized("command.taste"))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """In a private chat everybody is their own manager."""
        seeing = interaction.command is not None and interaction.command.name == "show"
        if seeing or interaction.guild_id is None or interaction.permissions.manage_guild:
            return True
        await respond(interaction, localize("taste.admins", language_of(interaction)))
        return False

    @app_commands.command(description=localized("taste.about_show"))
    async def show(self, interaction: Interaction) -> None:
        """Send a picture of what is liked more and less here than elsewhere."""
        await acknowledge(interaction)
        language = language_of(interaction)
        taste = await context_of(interaction).service.member_requests.preferences(
            events.asked_here(interaction)
        )
        strongest = taste.strongest()
        if not strongest:
            await respond(interaction, localize("taste.nothing", language))
            return
        where = interaction.guild.name if interaction.guild else localize("settings.here", language)
        title, subtitle = (
            localize("taste.title", language, chat=where),
            localize("taste.subtitle", language),
        )
        leans = [charts.PreferenceBar(emoji, bias) for emoji, bias in strongest]
        headings = localize("taste.more", language), localize("taste.less", language)
        drawn = await asyncio.to_thread(
            charts.preferences, leans, charts.DISCORD_DARK, title, subtitle, headings
        )
        heard = ", ".join(f"{emoji} {bias:+.1f}" for emoji, bias in strongest)
        file = discord.File(io.BytesIO(drawn), "taste.png", description=heard[:LONGEST_DESCRIPTION])
        caption = localize("taste.caption", language, share=f"{taste.acceptance:.0%}")
        await interaction.edit_original_response(content=caption, attachments=[file])

    @app_commands.command(description=localized("taste.about_reset"))
    async def reset(self, interaction: Interaction) -> None:
        """Ask before forgetting what is liked here."""
        await acknowledge(interaction)
        language = language_of(interaction)
        asked = localize("taste.ask", language)
        await interaction.edit_original_response(content=asked, view=Forgetting(language))

    @app_commands.command(description=localized("taste.about_export"))
    async def export(self, interaction: Interaction) -> None:
        """Send the counts as a file."""
        await acknowledge(interaction)
        service = context_of(interaction).service
        document = await service.member_requests.export_preferences(events.asked_here(interaction))
        written = json.dumps(document, ensure_ascii=False, indent=1).encode()
        file = discord.File(io.BytesIO(written), FILE)
        told = localize("taste.exported", language_of(interaction))
        await interaction.edit_original_response(content=told, attachments=[file])

    @app_commands.command(name="import", description=localized("taste.about_import"))
    @app_commands.describe(file=localized("taste.about_file"))
    async def import_(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Let a file's counts take the place of those here."""
        await acknowledge(interaction)
        service, language = context_of(interaction).service, language_of(interaction)
        try:
            transfer.check_size(file.size)
            document = transfer.parse_json(await file.read())
            await service.member_requests.import_preferences(
                events.asked_here(interaction), document
            )
        except transfer.PreferenceFileError as error:
            await respond(interaction, localize("taste.unreadable", language, cause=error))
            return
        await respond(interaction, localize("taste.imported", language))


class Forgetting(discord.ui.View):
    """Forget or keep; only who asked sees it."""

    def __init__(self, language: str) -> None:
        """Offer both."""
        super().__init__(timeout=ASK_SECONDS)
        self.add_item(_Choice("yes", language))
        self.add_item(_Choice("no", language))


class _Choice(discord.ui.Button[Forgetting]):
    def __init__(self, name: str, language: str) -> None:
        styles = discord.ButtonStyle
        style = styles.danger if name == "yes" else styles.secondary
        super().__init__(label=localize(f"taste.{name}", language), style=style)
        self._forgets = name == "yes"

    async def callback(self, interaction: Interaction) -> None:
        """Do it; the buttons go."""
        await interaction.response.defer()
        told = "taste.kept"
        try:
            if self._forgets:
                here = events.asked_here(interaction)
                await context_of(interaction).service.member_requests.reset_preferences(here)
                told = "taste.forgotten"
        except StoreFailed:
            told = "error.not_stored"
        text = localize(told, language_of(interaction))
        await interaction.edit_original_response(content=text, view=None)
        if self.view is not None:
            self.view.stop()
