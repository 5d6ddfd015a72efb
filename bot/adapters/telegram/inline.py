"""Inline queries: ``@bot text`` in any chat suggests emojis to send."""

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent

from bot.adapters.telegram.context import AdapterContext

CACHE_SECONDS = 60


async def handle_inline_query(context: AdapterContext, query: InlineQuery) -> None:
    """Answer with the top five; the typed text is neither recorded nor stored."""
    text = query.query.strip()
    ref = context.member_ref(query.from_user.id)
    predictions = await context.services.service.suggest(ref, text) if text else ()
    results = [
        InlineQueryResultArticle(
            str(number),
            prediction.emoji,
            InputTextMessageContent(prediction.emoji),
            description=f"{prediction.score:.0%}",
        )
        for number, prediction in enumerate(predictions)
    ]
    await context.attempt(query.answer(results, cache_time=CACHE_SECONDS, is_personal=True))
