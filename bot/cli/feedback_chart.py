"""The picture of ``feedback stats --plot``."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import EmojiReactorError

if TYPE_CHECKING:
    from bot.database.trends import FeedbackTrends

MOST = 20
"""Bars of one kind; below them stand emojis shown a few times."""

TAIL = 8
"""Digits of a community's id."""


class PlotError(EmojiReactorError):
    """The picture cannot be written."""


def write(trends: "FeedbackTrends", file: Path) -> None:
    """Draw acceptance by emoji, by community and over time, and what was chosen instead.

    Raises:
        PlotError: the file cannot be written.
    """
    try:
        file.write_bytes(draw(trends))
    except OSError as error:
        raise PlotError(f"cannot write the picture {file}: {error.strerror}") from None


def draw(trends: "FeedbackTrends") -> bytes:
    """The four pictures, one above the other."""
    from bot import charts

    emojis = [
        charts.Bar(emoji, kept.share, kept.shown)
        for emoji, kept in islice(trends.by_emoji.items(), MOST)
    ]
    communities = [
        charts.Bar(f"{platform} {_short(name)}", kept.share, kept.shown)
        for (platform, name), kept in islice(trends.by_community.items(), MOST)
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


def _short(name: str) -> str:
    # Discord's long ids begin alike: their ends tell communities apart.
    return name if len(name) <= TAIL else f"…{name[-TAIL:]}"
