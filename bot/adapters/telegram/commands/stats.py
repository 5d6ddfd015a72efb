"""``/stats``: which shown emojis were kept, as a chart."""

import asyncio

from bot import charts
from bot.adapters.telegram.command_context import CommandContext
from bot.core.errors import StoreFailed

MAX_BARS = 12


async def stats(command: CommandContext) -> None:
    """Send a chart of the kept shares in this chat."""
    chat = command.message.chat
    try:
        kept = await command.context.services.store.outcomes.kept_by_emoji(
            command.context.ref(chat, 0)
        )
    except StoreFailed:
        await command.reply(command.localize("error.not_stored"))
        return
    if not kept:
        await command.reply(command.localize("stats.nothing"))
        return
    bars = [charts.Bar(each, now.share, now.shown) for each, now in list(kept.items())[:MAX_BARS]]
    title = command.localize("stats.title", chat=chat.title or command.localize("settings.here"))
    subtitle = command.localize("stats.subtitle")
    headings = command.localize("stats.kept"), command.localize("stats.shown")
    image = await asyncio.to_thread(
        charts.acceptance_chart, bars, charts.NEUTRAL, title, subtitle, headings
    )
    shown, left = (
        sum(each) for each in zip(*((k.shown, k.kept) for k in kept.values()), strict=True)
    )
    share = f"{left / shown:.0%}"
    await command.reply_photo(image, command.localize("stats.caption", shown=shown, share=share))
