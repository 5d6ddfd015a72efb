"""Choices that members make by buttons and commands."""

from bot.adapters.discord import events
from bot.adapters.discord.command_context import language_of
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.core.events import FeedbackResult, FeedbackSource
from bot.core.messages.feedback import ReactionResult, explain_rejection
from bot.i18n import localize
from model.emoji import parse_choice


async def record_choice(
    interaction: Interaction,
    message: int,
    emoji: str,
    *,
    withdrawn: bool = False,
    source: FeedbackSource = FeedbackSource.BUTTON,
) -> ReactionResult:
    """Store or withdraw the choice of a member. Never raises.

    ``emoji`` is what a client sent, which may be any text.
    """
    context = context_of(interaction)
    # What is withdrawn was accepted once, or is stored nowhere.
    known = [emoji] if withdrawn else emojis_of(interaction).choosable
    chosen = parse_choice(emoji, known)
    if chosen is None:
        return ReactionResult(FeedbackResult.UNKNOWN_MESSAGE)
    actor = context.member(interaction.user.id)
    ref = events.interaction_ref(interaction, message)
    return await context.reactions.on_reaction(
        ref, actor, chosen, withdrawn=withdrawn, source=source
    )


def describe_choice(interaction: Interaction, reaction: ReactionResult, emoji: str) -> str:
    """Return the confirmation of a choice, or the reason why it was not stored."""
    language = language_of(interaction)
    if reaction.result is not FeedbackResult.RECORDED:
        return explain_rejection(reaction.result, language)
    shown = emojis_of(interaction).markup(emoji)
    return localize(f"feedback.{reaction.kind}", language, emoji=shown)
