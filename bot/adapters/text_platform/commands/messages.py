"""``/emoji``, ``/why`` and ``/feedback``: about a message."""

from bot.adapters.related_reactions import answered_ref
from bot.adapters.text_platform.answers import TextAnswers
from bot.adapters.text_platform.commands.command import TextCommand
from bot.core.events import FeedbackResult, FeedbackSource, IncomingMessage, MessageRef
from bot.core.messages.explanation import explain_message, explain_unanswered
from bot.core.messages.feedback import THUMBS_DOWN, classify_reaction, explain_rejection
from model.emoji import parse_choice


async def emoji(command: TextCommand) -> str:
    """Offer emojis for a text, or for the message replied to; return why there are none."""
    text, origin = command.argument, None
    if not text and (replied := await command.message.replied_text()):
        text, origin = replied.text, replied.origin
    if not text.strip():
        return command.localize("emoji.usage")
    request = IncomingMessage(
        command.ref,
        command.member,
        text,
        requested=True,
        may_store_text=command.services.retention.text_days is not None,
        origin=origin,
    )
    answers = TextAnswers(command.services, command.message.responder)
    outcome = await command.services.service.on_message(request, answers)
    return explain_unanswered(outcome, command.language) or ""


async def why(command: TextCommand) -> str:
    """Return the scores behind an outcome."""
    ref = await _replied_ref(command)
    if ref is None:
        return command.localize("why.usage")
    recorded = await command.services.service.recorded_outcome(ref)
    key = command.services.pseudonyms.message_key(ref)
    return explain_message(recorded, key, command.language)


async def feedback(command: TextCommand) -> str:
    """Record which emoji would have fitted."""
    picked, ref = parse_choice(command.argument), await _replied_ref(command)
    if ref is None or picked is None:
        return command.localize("feedback.usage")
    shown = await command.services.service.shown_emojis(ref)
    result = await command.services.reactions.on_all_reactions(
        ref, command.member, [picked], FeedbackSource.COMMAND
    )
    if result is not FeedbackResult.RECORDED:
        return explain_rejection(result, command.language)
    key = "dislike" if picked == THUMBS_DOWN else classify_reaction(shown, picked).value
    return command.localize(f"feedback.{key}", emoji=picked)


async def _replied_ref(command: TextCommand) -> MessageRef | None:
    """Return the message replied to; for the bot's answer, the one that it answers."""
    replied = command.message.replied_ref
    return None if replied is None else await answered_ref(command.services, replied)
