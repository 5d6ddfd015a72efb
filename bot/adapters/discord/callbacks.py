"""Choices that members make by buttons and commands."""

from bot.adapters.discord import events
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.emojis import to_wire
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackKind, FeedbackSource
from bot.i18n import localize


async def record_choice(
    interaction: Interaction,
    message: int,
    emoji: str,
    *,
    withdrawn: bool = False,
    source: FeedbackSource = FeedbackSource.BUTTON,
) -> FeedbackKind | None:
    """Store or withdraw the choice of a member; None if it was not stored. Never raises."""
    parts = context_of(interaction)
    actor = parts.pseudonyms.key(events.NAME, str(interaction.user.id))
    ref = events.asked_here(interaction, message)
    return await parts.reactions.on_reaction(ref, actor, emoji, withdrawn=withdrawn, source=source)


async def describe_choice(interaction: Interaction, kind: FeedbackKind | None, emoji: str) -> str:
    """Return the confirmation of a choice, or the reason why it was not stored."""
    if kind is None:
        return await describe_loss(interaction)
    shown = to_wire(emoji, interaction.guild) or emoji
    return localize(f"feedback.{kind}", str(interaction.locale), emoji=shown)


async def describe_loss(interaction: Interaction) -> str:
    """Return the reason why a choice was not stored."""
    parts = context_of(interaction)
    try:
        out = await parts.store.members.is_opted_out(events.NAME, parts.member(interaction.user.id))
    except StoreFailed:
        return localize("error.not_stored", str(interaction.locale))
    return localize("feedback.opted_out" if out else "feedback.unknown", str(interaction.locale))
