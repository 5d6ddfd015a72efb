"""Statistics of the database for the page."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind
from bot.database.statistics import compute_statistics
from bot.database.trends import compute_trends
from demo.page.interface import Acceptance, Correction, PageStatistics
from model.emoji import is_emoji


async def page_statistics(engine: AsyncEngine) -> PageStatistics:
    """Count all that is stored, of every platform.

    Custom emojis are left out: anybody can make up a name, and everybody would read it.

    Raises:
        StoreFailed: the database cannot be read.
    """
    totals, history = await compute_statistics(engine), await compute_trends(engine)
    chosen = totals.feedback[FeedbackKind.AGREE] + totals.feedback[FeedbackKind.CORRECT]
    return PageStatistics(
        predictions=totals.predictions,
        feedback=sum(by_emoji.total() for by_emoji in totals.feedback.values()),
        by_emoji=[
            Acceptance(emoji, counts.shown, counts.kept)
            for emoji, counts in history.by_emoji.items()
            if is_emoji(emoji)
        ],
        by_day=[
            (day, Acceptance("", counts.shown, counts.kept))
            for day, counts in history.by_day.items()
        ],
        corrections=[
            Correction(*pair, count)
            for pair, count in history.corrections.most_common()
            if all(map(is_emoji, pair))
        ],
        chosen=[(emoji, count) for emoji, count in chosen.most_common() if is_emoji(emoji)],
    )
