"""The chart of ``feedback stats --plot``."""

from itertools import islice
from pathlib import Path

from bot import charts
from bot.core.errors import EmojiReactorError
from bot.database.trends import FeedbackTrends

MAX_BARS = 20
"""Bars in one chart; emojis and communities beyond them were shown a few times only."""

COMMUNITY_ID_DIGITS = 8
"""Trailing digits of a community's id in a label."""


class ChartError(EmojiReactorError):
    """The chart cannot be written."""


def write_chart(trends: FeedbackTrends, file: Path) -> None:
    """Write a chart of acceptance by emoji, by community and over time, and of corrections.

    Raises:
        ChartError: the file cannot be written.
    """
    try:
        file.write_bytes(draw_chart(trends))
    except OSError as error:
        raise ChartError(f"cannot write the chart {file}: {error.strerror}") from None


def draw_chart(trends: FeedbackTrends) -> bytes:
    """Draw the four charts, one above the other, and return the PNG."""
    emojis = [
        charts.Bar(emoji, kept.share, kept.shown)
        for emoji, kept in islice(trends.by_emoji.items(), MAX_BARS)
    ]
    communities = [
        charts.Bar(f"{platform} {_shorten_id(name)}", kept.share, kept.shown)
        for (platform, name), kept in islice(trends.by_community.items(), MAX_BARS)
    ]
    days = [charts.DayPoint(day, kept.share, kept.shown) for day, kept in trends.by_day.items()]
    swaps = [charts.Correction(*pair, count) for pair, count in trends.corrections.items()]
    theme = charts.NEUTRAL
    kept = "neither removed nor disliked"
    return charts.stack_charts(
        [
            charts.acceptance_chart(emojis, theme, "Kept by emoji", f"Reactions, {kept}"),
            charts.acceptance_chart(communities, theme, "Kept by community", f"Answers, {kept}"),
            charts.acceptance_over_time(days, theme, "Kept over time", f"Answers of a day, {kept}"),
            charts.correction_matrix(
                swaps, theme, "Shown and chosen", "What people reacted with instead"
            ),
        ]
    )


def _shorten_id(name: str) -> str:
    # Discord's long ids begin alike; their last digits differ.
    return name if len(name) <= COMMUNITY_ID_DIGITS else f"…{name[-COMMUNITY_ID_DIGITS:]}"
