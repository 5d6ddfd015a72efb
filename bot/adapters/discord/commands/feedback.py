"""``/feedback``: which emoji would have fitted."""

import discord
from discord import app_commands

from bot.adapters.discord.callbacks import describe_choice, record_choice
from bot.adapters.discord.command_context import acknowledge, language_of, localized, respond
from bot.adapters.discord.commands.autocomplete import suggest_emojis
from bot.adapters.discord.commands.named_message import named_message
from bot.adapters.discord.context import Interaction, emojis_of
from bot.core.events import FeedbackSource
from bot.i18n import localize


@app_commands.command(description=localized("command.feedback"))
@app_commands.describe(emoji=localized("option.emoji"), message=localized("option.message"))
async def feedback(interaction: Interaction, emoji: str, message: str | None = None) -> None:
    """Record which emoji would have fitted; 👎 for none."""
    await acknowledge(interaction)
    emojis = emojis_of(interaction)
    picked = next(iter(emojis.from_wire(discord.PartialEmoji.from_str(emoji.strip()))), None)
    if picked is None and emoji.strip() in emojis.custom:
        picked = emoji.strip()
    meant = named_message(interaction, message)
    if picked is None or meant is None:
        await respond(interaction, localize("feedback.unknown", language_of(interaction)))
        return
    reaction = await record_choice(interaction, meant, picked, source=FeedbackSource.COMMAND)
    await respond(interaction, describe_choice(interaction, reaction, picked))


@feedback.autocomplete("emoji")
async def _emojis(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return suggest_emojis(emojis_of(interaction), typed)
