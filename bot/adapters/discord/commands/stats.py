"""What was kept here, as a picture; and what the bot can do."""

import asyncio
import io
from collections.abc import Mapping
from itertools import islice

import discord
from discord import app_commands

from bot import charts
from bot.adapters.discord import translate
from bot.adapters.discord.commands.tree import acknowledge, spoken, tell, words
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.emojis import to_wire
from bot.database.trends import KeptShare
from bot.i18n import localize

MOST = 12
"""Bars of the picture."""


@app_commands.command(description=words("command.stats"))
async def stats(interaction: Interaction) -> None:
    """Send a picture of what was kept in this server or private chat."""
    await acknowledge(interaction)
    language = spoken(interaction)
    kept = await context_of(interaction).store.kept_by_emoji(translate.asked_here(interaction))
    if not kept:
        await tell(interaction, localize("stats.nothing", language))
        return
    where = interaction.guild.name if interaction.guild else localize("settings.here", language)
    title, subtitle = (
        localize("stats.title", language, chat=where),
        localize("stats.subtitle", language),
    )
    bars = [charts.Bar(each, now.share, now.shown) for each, now in islice(kept.items(), MOST)]
    headings = localize("stats.kept", language), localize("stats.shown", language)
    drawn = await asyncio.to_thread(
        charts.acceptance, bars, charts.DISCORD_DARK, title, subtitle, headings
    )
    file = discord.File(io.BytesIO(drawn), "stats.png", description=_in_words(kept))
    shown, left = (
        sum(each) for each in zip(*((k.shown, k.kept) for k in kept.values()), strict=True)
    )
    caption = localize("stats.caption", language, shown=shown, share=f"{left / shown:.0%}")
    await interaction.edit_original_response(content=caption, attachments=[file])


@app_commands.command(name="help", description=words("command.help"))
async def help_(interaction: Interaction) -> None:
    """Say what the bot can do."""
    language = spoken(interaction)
    commands = interaction.client.tree.get_commands(type=discord.AppCommandType.chat_input)
    lines = [localize("help.intro", language), ""]
    lines += [f"`/{each.name}` {localize(f'command.{each.name}', language)}" for each in commands]
    await tell(interaction, "\n".join(lines))


def _in_words(kept: Mapping[str, KeptShare]) -> str:
    """The picture for those who hear it."""
    return ", ".join(
        f"{to_wire(each) or each} {now.share:.0%}" for each, now in islice(kept.items(), MOST)
    )
