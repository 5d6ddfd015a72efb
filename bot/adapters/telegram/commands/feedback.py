"""``/feedback``: which emoji would have fitted."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.events import FeedbackResult, FeedbackSource
from bot.core.messages.feedback import THUMBS_DOWN, classify_reaction, explain_rejection
from model.emoji import parse_choice


async def feedback(command: CommandContext) -> None:
    """Record which emoji would have fitted."""
    picked = parse_choice(command.argument)
    if command.replied_ref is None or command.user is None or picked is None:
        await command.reply(command.localize("feedback.usage"))
        return
    actor = command.context.member(command.user)
    shown = await command.context.services.service.shown_emojis(command.replied_ref)
    source = FeedbackSource.COMMAND
    result = await command.context.reactions.on_all_reactions(
        command.replied_ref, actor, [picked], source
    )
    if result is FeedbackResult.RECORDED:
        key = "dislike" if picked == THUMBS_DOWN else classify_reaction(shown, picked).value
        await command.reply(command.localize(f"feedback.{key}", emoji=picked))
    else:
        await command.reply(explain_rejection(result, command.language))
