"""Five emojis for a text, or for somebody's message."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.buttons import offer
from bot.adapters.discord.command_context import acknowledge, language_of, localized, respond
from bot.adapters.discord.context import Interaction, context_of
from bot.core.errors import PlatformRefused
from bot.core.events import MessageRef, SkipReason
from bot.i18n import localize
from model import Prediction

LONGEST = 2000
UNREAD = "Whoever wrote that opted out, so I do not read it."
_SILENCE = {
    SkipReason.OVERLOADED: "emoji.busy",
    SkipReason.NO_PREDICTION: "emoji.nothing",
    SkipReason.NO_ALLOWED_EMOJI: "emoji.nothing",
}


@dataclass(frozen=True, slots=True)
class Privately:
    """A ``ChatPlatform`` that answers the member who asked, and nobody else."""

    interaction: Interaction

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show the emojis as a text: there is no message to react to."""
        await respond(self.interaction, " ".join(emojis))

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Offer the predictions as buttons.

        Raises:
            Refused: Discord knows none of them.
        """
        view = offer(ref, predictions, self.interaction.guild, scores=True)
        if view.best is None:
            raise PlatformRefused("unknown_emoji")
        text = localize("emoji.offer", language_of(self.interaction))
        await self.interaction.edit_original_response(content=text, view=view)
        view.stop()


@app_commands.command(description=localized("command.emoji"))
@app_commands.describe(text=localized("option.text"))
async def emoji(interaction: Interaction, text: app_commands.Range[str, 1, LONGEST]) -> None:
    """Offer five for a text of the member's own."""
    await acknowledge(interaction)
    await _offer(interaction, text, own=True)


@app_commands.context_menu(name=localized("menu.suggest"))
async def suggest(interaction: Interaction, message: discord.Message) -> None:
    """Offer five for a message, unless its author wants to be left alone."""
    await acknowledge(interaction)
    parts = context_of(interaction)
    author = parts.member(message.author.id)
    own = message.author.id == interaction.user.id
    if not own and await parts.store.members.is_opted_out(events.NAME, author):
        await respond(interaction, UNREAD)
        return
    await _offer(interaction, message.content, own=own)


async def _offer(interaction: Interaction, text: str, *, own: bool) -> None:
    parts = context_of(interaction)
    asked = events.question(
        interaction,
        parts.member(interaction.user.id),
        text,
        # Only words of one's own are one's own to give away.
        storable=own and parts.settings.training_permitted,
    )
    outcome = await parts.service.on_message(asked, Privately(interaction))
    if outcome.skip_reason is not None:
        await respond(
            interaction,
            localize(_SILENCE.get(outcome.skip_reason, "emoji.failed"), language_of(interaction)),
        )
