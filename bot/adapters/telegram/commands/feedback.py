"""``/feedback``: which emoji would have fitted."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.events import FeedbackResult, FeedbackSource
from bot.core.messages.feedback import THUMBS_DOWN, classify_reaction, explain_rejection
from model.emoji import canonical, is_emoji


async def feedback(ask: CommandContext) -> None:
    """Keep which emoji would have fitted."""
    if ask.meant is None or ask.user is None or not is_emoji(ask.argument):
        await ask.tell(ask.words("feedback.usage"))
        return
    picked, actor = canonical(ask.argument), ask.parts.member(ask.user)
    shown = await ask.parts.core.service.shown_emojis(ask.meant)
    source = FeedbackSource.COMMAND
    result = await ask.parts.reactions.on_all_reactions(ask.meant, actor, [picked], source)
    if result is FeedbackResult.RECORDED:
        key = "dislike" if picked == THUMBS_DOWN else classify_reaction(shown, picked).value
        await ask.tell(ask.words(f"feedback.{key}", emoji=picked))
    else:
        await ask.tell(explain_rejection(result, ask.language))
