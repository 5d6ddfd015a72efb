"""``/emoji``: five emojis for a text or a message."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.buttons import prediction_buttons
from bot.adapters.discord.command_context import (
    acknowledge,
    language_of,
    localized,
    respond,
    respond_with_buttons,
)
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.adapters.discord.errors import UNKNOWN_EMOJI
from bot.core.errors import PlatformRefused
from bot.core.events import IncomingMessage, MessageRef, SkipReason, TextOrigin
from bot.i18n import localize
from model import Prediction

MAX_TEXT_LENGTH = 2000
_SKIP_MESSAGES = {
    SkipReason.OVERLOADED: "emoji.busy",
    SkipReason.NO_PREDICTION: "emoji.nothing",
    SkipReason.NO_ALLOWED_EMOJI: "emoji.nothing",
    SkipReason.OPTED_OUT: "emoji.opted_out",
}


@dataclass(frozen=True, slots=True)
class PrivateResponse:
    """``ChatPlatform`` that responds privately to the member who asked."""

    interaction: Interaction

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show the emojis as text: there is no message to react to."""
        await respond(self.interaction, " ".join(emojis))

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Offer the predictions as buttons.

        Raises:
            PlatformRefused: Discord knows none of them.
        """
        emojis = emojis_of(self.interaction)
        buttons = prediction_buttons(ref, predictions, emojis, scores=True)
        if not buttons:
            raise PlatformRefused(UNKNOWN_EMOJI)
        text = localize("emoji.offer", language_of(self.interaction))
        await respond_with_buttons(self.interaction, text, buttons)


@app_commands.command(description=localized("command.emoji"))
@app_commands.describe(text=localized("option.text"))
async def emoji(
    interaction: Interaction, text: app_commands.Range[str, 1, MAX_TEXT_LENGTH]
) -> None:
    """Offer emojis for a text that the member wrote."""
    await acknowledge(interaction)
    await _offer(interaction, text)


@app_commands.context_menu(name=localized("menu.suggest"))
async def suggest(interaction: Interaction, message: discord.Message) -> None:
    """Offer emojis for a message."""
    await acknowledge(interaction)
    text, origin = events.text_of(message, context_of(interaction).pseudonyms)
    await _offer(interaction, text, origin, is_written=events.is_written(message))


async def _offer(
    interaction: Interaction,
    text: str,
    origin: TextOrigin | None = None,
    *,
    is_written: bool = True,
) -> None:
    context = context_of(interaction)
    request = IncomingMessage(
        ref=events.interaction_ref(interaction),
        author=context.member(interaction.user.id),
        text=text,
        custom_emojis=emojis_of(interaction).custom,
        addressed=True,
        requested=True,
        parent_chat=events.parent_of(interaction.channel),
        language=language_of(interaction),
        may_store_text=context.settings.training_permitted and is_written,
        origin=origin,
    )
    outcome = await context.service.on_message(request, PrivateResponse(interaction))
    if outcome.skip_reason is not None:
        key = _SKIP_MESSAGES.get(outcome.skip_reason, "emoji.failed")
        await respond(interaction, localize(key, language_of(interaction)))
