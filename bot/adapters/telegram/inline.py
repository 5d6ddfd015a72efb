"""``@bot text`` in any chat: five emojis to send."""

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent

from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.events import NAME
from bot.core.events import MessageRef

CACHE_SECONDS = 60


async def handle_inline_query(context: AdapterContext, query: InlineQuery) -> None:
    """Answer with the five; what is typed is neither recorded nor stored."""
    text = query.query.strip()
    place = context.member(query.from_user.id)
    ref = MessageRef(NAME, place, place, "")
    found = await context.services.service.suggest(ref, text) if text else ()
    results = [
        InlineQueryResultArticle(
            str(number),
            each.emoji,
            InputTextMessageContent(each.emoji),
            description=f"{each.score:.0%}",
        )
        for number, each in enumerate(found)
    ]
    await context.attempt(query.answer(results, cache_time=CACHE_SECONDS, is_personal=True))
