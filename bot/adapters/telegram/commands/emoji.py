"""Commands about emojis: five for a text, why one was chosen, which would have fitted."""

import asyncio

from telegram import Message

from bot import charts
from bot.adapters.telegram import translate
from bot.adapters.telegram.callbacks import why_not_kept
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import Responder
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackSource, IncomingMessage, Outcome, SkipReason
from bot.core.messages.explanation import explain
from bot.core.messages.feedback import THUMBS_DOWN, classify_reaction
from bot.i18n import localize
from model.emoji import canonical, is_emoji

MOST = 12
"""Bars of a picture."""
_SILENCE = {
    SkipReason.OVERLOADED: "emoji.busy",
    SkipReason.FAILED: "emoji.failed",
    SkipReason.NO_PREDICTION: "emoji.nothing",
    SkipReason.NO_ALLOWED_EMOJI: "emoji.nothing",
}


async def emoji(ask: CommandContext) -> None:
    """Offer five for the text that follows, or for the message that the command answers."""
    replied = ask.message.reply_to_message
    other = (replied.text or replied.caption or "") if replied else ""
    author = translate.speaker(ask.message)
    if author is None or not (ask.argument or other.strip()):
        await ask.tell(ask.words("emoji.usage"))
        return
    asked = IncomingMessage(
        ref=ask.parts.ref(ask.message.chat, ask.message.message_id),
        author=ask.parts.core.pseudonyms.key(translate.NAME, author),
        text=ask.argument or other,
        requested=True,
        language=ask.message.from_user.language_code if ask.message.from_user else None,
        # Only words of one's own are one's own to give away.
        may_store_text=bool(ask.argument) and translate.own_words(ask.message),
    )
    await respond(ask.parts, ask.message, asked)


async def respond(parts: AdapterContext, message: Message, asked: IncomingMessage) -> Outcome:
    """Answer, and tell somebody who asked where there is no answer."""
    outcome = await parts.core.service.on_message(asked, Responder(parts, message))
    if asked.requested and (key := outcome.skip_reason and _SILENCE.get(outcome.skip_reason)):
        own = message.from_user.language_code if message.from_user else None
        language = await parts.language(message.chat, own, translate.thread(message))
        await CommandContext(parts, message, "", language).tell(localize(key, language))
    return outcome


async def why(ask: CommandContext) -> None:
    """Tell the scores behind an answer."""
    if ask.meant is None:
        await ask.tell(ask.words("why.usage"))
        return
    answer = await ask.parts.core.service.recorded_outcome(ask.meant)
    await ask.tell(ask.words("why.unknown") if answer is None else explain(answer, ask.language))


async def feedback(ask: CommandContext) -> None:
    """Keep which emoji would have fitted."""
    if ask.meant is None or ask.user is None or not is_emoji(ask.argument):
        await ask.tell(ask.words("feedback.usage"))
        return
    picked, actor = canonical(ask.argument), ask.parts.member(ask.user)
    shown = await ask.parts.core.service.shown_emojis(ask.meant)
    source = FeedbackSource.COMMAND
    if await ask.parts.reactions.on_all_reactions(ask.meant, actor, [picked], source):
        key = "dislike" if picked == THUMBS_DOWN else classify_reaction(shown, picked).value
        await ask.tell(ask.words(f"feedback.{key}", emoji=picked))
    else:
        await ask.tell(ask.words(await why_not_kept(ask.parts, ask.user)))


async def stats(ask: CommandContext) -> None:
    """Send a picture of what was kept in this chat."""
    chat = ask.message.chat
    try:
        kept = await ask.parts.core.store.kept_by_emoji(ask.parts.ref(chat, 0))
    except StoreFailed:
        await ask.tell(ask.words("error.not_stored"))
        return
    if not kept:
        await ask.tell(ask.words("stats.nothing"))
        return
    bars = [charts.Bar(each, now.share, now.shown) for each, now in list(kept.items())[:MOST]]
    title = ask.words("stats.title", chat=chat.title or ask.words("settings.here"))
    subtitle = ask.words("stats.subtitle")
    headings = ask.words("stats.kept"), ask.words("stats.shown")
    drawn = await asyncio.to_thread(
        charts.acceptance, bars, charts.NEUTRAL, title, subtitle, headings
    )
    shown, left = (
        sum(each) for each in zip(*((k.shown, k.kept) for k in kept.values()), strict=True)
    )
    await ask.parts.attempt(
        ask.parts.bot.send_photo(
            chat.id,
            drawn,
            caption=ask.words("stats.caption", shown=shown, share=f"{left / shown:.0%}"),
            message_thread_id=translate.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )


async def again(parts: AdapterContext, message: Message, heard: IncomingMessage) -> None:
    """Show what was recorded by a process that may have ended before it showed it.

    The same reaction set twice is one reaction; an offer sent twice would be two, and is not.
    """
    answer = await parts.core.service.recorded_outcome(heard.ref)
    if answer is None or heard.requested or not answer.outcome.shown or answer.outcome.as_buttons:
        return
    await parts.core.service.show_again(answer.outcome, Responder(parts, message))
