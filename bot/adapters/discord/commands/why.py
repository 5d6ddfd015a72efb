"""``/why``: the scores behind an outcome."""

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.buttons import prediction_buttons
from bot.adapters.discord.command_context import (
    acknowledge,
    language_of,
    localized,
    respond,
    respond_framed,
)
from bot.adapters.discord.commands.named_message import named_message
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.core.messages.explanation import explain_message
from bot.i18n import localize


@app_commands.command(description=localized("command.why"))
@app_commands.describe(message=localized("option.message"))
async def why(interaction: Interaction, message: str | None = None) -> None:
    """Explain the outcome of the named message, or of the last one in this chat."""
    await acknowledge(interaction)
    await _explain(interaction, named_message(interaction, message))


@app_commands.context_menu(name=localized("menu.why"))
async def why_this(interaction: Interaction, message: discord.Message) -> None:
    """Explain the outcome of a message, or of the one that the bot's message replies to."""
    await acknowledge(interaction)
    await _explain(interaction, _subject(interaction, message))


def _subject(interaction: Interaction, message: discord.Message) -> int:
    """Return the id of the message that the bot's message replies to, or of the message itself."""
    me = interaction.client.user
    if me is None or message.author.id != me.id:
        return message.id
    if message.interaction_metadata is not None:
        return message.interaction_metadata.id
    reference = message.reference.message_id if message.reference else None
    return reference or message.id


async def _explain(interaction: Interaction, message: int | None) -> None:
    language, context = language_of(interaction), context_of(interaction)
    if message is None:
        await respond(interaction, localize("why.unknown", language))
        return
    ref = events.interaction_ref(interaction, message)
    recorded = await context.service.recorded_outcome(ref)
    key, emojis = context.pseudonyms.message_key(ref), emojis_of(interaction)
    text, buttons = explain_message(recorded, key, language, emojis.markup), []
    if recorded is not None and recorded.outcome.shown:
        buttons = prediction_buttons(ref, recorded.outcome.predictions, emojis)
        text += f"\n\n{localize('emoji.offer', language)}"
    await respond_framed(interaction, text, buttons)
