"""What the database has learned, in the page's words."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind
from bot.database.statistics import compute_statistics
from bot.database.trends import compute_trends
from demo.page.port import Learned, Row, Swap


async def learned(engine: AsyncEngine) -> Learned:
    """Count everything that is stored, of every platform.

    Raises:
        StoreFailed: the database cannot be read.
    """
    counted, seen = await compute_statistics(engine), await compute_trends(engine)
    chosen = counted.feedback[FeedbackKind.AGREE] + counted.feedback[FeedbackKind.CORRECT]
    return Learned(
        answers=counted.predictions,
        choices=sum(words.total() for words in counted.feedback.values()),
        by_emoji=[Row(emoji, kept.shown, kept.kept) for emoji, kept in seen.by_emoji.items()],
        by_day=[(day, Row("", kept.shown, kept.kept)) for day, kept in seen.by_day.items()],
        swaps=[Swap(*pair, count) for pair, count in seen.corrections.most_common()],
        chosen=[(emoji, count) for emoji, count in chosen.most_common() if emoji],
    )
