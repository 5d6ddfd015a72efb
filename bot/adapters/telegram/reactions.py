"""Changed reactions of members, as feedback."""

from collections import Counter

from telegram import MessageReactionCountUpdated, MessageReactionUpdated

from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import NAME
from bot.adapters.telegram.work import TaskInput
from bot.core.events import FeedbackResult, FeedbackSource, MessageRef
from bot.core.messages.feedback import require_stored
from bot.core.messages.silence import log_dropped_feedback
from model.emoji import ChosenEmoji


def on_reaction(
    context: AdapterContext, update: MessageReactionUpdated, number: int
) -> TaskInput | None:
    """Make the emojis that the member's reaction has now all of their feedback by reaction.

    ``number`` is that of the update.
    """
    member = actor_id(update)
    if member is None:
        return None
    ref = context.ref(update.chat, update.message_id)
    actor = context.services.pseudonyms.key(NAME, member)

    async def changed() -> None:
        custom = context.custom_emojis
        chosen = await custom.read(update.new_reaction)
        result = await context.reactions.on_all_reactions(
            ref, actor, chosen, FeedbackSource.REACTION, number
        )
        if result is FeedbackResult.NOTHING_SHOWN:
            old = await custom.read(update.old_reaction)
            added = [emoji for emoji in chosen if emoji not in old]
            result = await context.reactions.on_unprompted(ref, actor, added)
        _check(context, ref, result)

    return ref, changed


def on_reaction_count(
    context: AdapterContext, update: MessageReactionCountUpdated, number: int
) -> TaskInput:
    """Count the reactions in a channel, whose actors are unknown, as the channel's.

    ``number`` is that of the update.
    """
    ref = context.ref(update.chat, update.message_id)
    audience = context.services.pseudonyms.key(NAME, str(update.chat.id))

    async def counted() -> None:
        recorded = await context.services.service.find_outcome(ref)
        shown = recorded.outcome.shown if recorded else ()
        counts = Counter[ChosenEmoji]()
        for reaction in update.reactions:
            for emoji in await context.custom_emojis.read([reaction.type]):
                counts[emoji] += reaction.total_count
        # The bot's own reaction is one of those counted.
        others = [emoji for emoji, count in counts.items() if count > (emoji in shown)]
        result = await context.reactions.on_all_reactions(
            ref, audience, others, FeedbackSource.REACTION, number
        )
        _check(context, ref, result)

    return ref, counted


def actor_id(update: MessageReactionUpdated) -> str | None:
    """Return the id of the member who reacted, or of an anonymous admin's chat; None for bots."""
    if update.user is not None:
        return None if update.user.is_bot else str(update.user.id)
    return str(update.actor_chat.id) if update.actor_chat else None


def _check(context: AdapterContext, ref: MessageRef, result: FeedbackResult) -> None:
    log_dropped_feedback(context.services.pseudonyms, ref, result)
    require_stored(result)
