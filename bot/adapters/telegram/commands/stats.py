"""``/stats``: which shown emojis were kept, as a chart."""

import asyncio

from bot import charts
from bot.adapters.telegram import events
from bot.adapters.telegram.command_context import CommandContext
from bot.core.errors import StoreFailed

MAX_BARS = 12


async def stats(ask: CommandContext) -> None:
    """Send a picture of what was kept in this chat."""
    chat = ask.message.chat
    try:
        kept = await ask.parts.core.store.outcomes.kept_by_emoji(ask.parts.ref(chat, 0))
    except StoreFailed:
        await ask.tell(ask.words("error.not_stored"))
        return
    if not kept:
        await ask.tell(ask.words("stats.nothing"))
        return
    bars = [charts.Bar(each, now.share, now.shown) for each, now in list(kept.items())[:MAX_BARS]]
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
            message_thread_id=events.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )
