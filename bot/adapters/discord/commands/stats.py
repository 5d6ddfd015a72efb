"""``/stats``: which shown emojis were kept, as a chart."""

import asyncio
from collections.abc import Mapping
from itertools import islice

from discord import app_commands

from bot import charts
from bot.adapters.discord import events
from bot.adapters.discord.command_context import (
    acknowledge,
    chat_name,
    file_of,
    language_of,
    localized,
    respond,
    respond_with_file,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.emojis import to_wire
from bot.database.trends import KeptShare
from bot.i18n import localize

MAX_BARS = 12


@app_commands.command(description=localized("command.stats"))
async def stats(interaction: Interaction) -> None:
    """Send a chart of the kept shares in this server or private chat."""
    await acknowledge(interaction)
    language = language_of(interaction)
    kept = await context_of(interaction).store.outcomes.kept_by_emoji(
        events.interaction_ref(interaction)
    )
    if not kept:
        await respond(interaction, localize("stats.nothing", language))
        return
    title = localize("stats.title", language, chat=chat_name(interaction))
    subtitle = localize("stats.subtitle", language)
    bars = [charts.Bar(each, now.share, now.shown) for each, now in islice(kept.items(), MAX_BARS)]
    headings = localize("stats.kept", language), localize("stats.shown", language)
    image = await asyncio.to_thread(
        charts.acceptance_chart, bars, charts.DISCORD_DARK, title, subtitle, headings
    )
    shown, left = (
        sum(each) for each in zip(*((k.shown, k.kept) for k in kept.values()), strict=True)
    )
    caption = localize("stats.caption", language, shown=shown, share=f"{left / shown:.0%}")
    await respond_with_file(interaction, caption, file_of(image, "stats.png", _describe(kept)))


def _describe(kept: Mapping[str, KeptShare]) -> str:
    """Return the alternative text of the chart."""
    return ", ".join(
        f"{to_wire(each) or each} {now.share:.0%}" for each, now in islice(kept.items(), MAX_BARS)
    )
