"""Charts of feedback and preferences, drawn in memory as PNG with two pixels a point.

Pillow is imported with the first chart. Drawing takes tens of milliseconds, so do it in a thread
if an event loop must not be blocked. The same data give the same bytes. Titles, subtitles and
labels that do not fit end in "…", which also replaces characters that the fonts lack (they have
Latin, Greek, Cyrillic and every emoji). A chart without data says so.
"""

from collections.abc import Sequence

from bot.charts.data import Bar, Correction, DayPoint, PreferenceBar
from bot.charts.theme import DISCORD_DARK, DISCORD_LIGHT, NEUTRAL, Theme

__all__ = [
    "DISCORD_DARK",
    "DISCORD_LIGHT",
    "NEUTRAL",
    "Bar",
    "Correction",
    "DayPoint",
    "PreferenceBar",
    "Theme",
    "acceptance_chart",
    "acceptance_over_time",
    "correction_matrix",
    "preferences_chart",
    "stack_charts",
]


def acceptance_chart(
    bars: Sequence[Bar],
    theme: Theme,
    title: str,
    subtitle: str = "",
    headings: tuple[str, str] = ("kept", "shown"),
) -> bytes:
    """Draw horizontal bars of acceptance, in the order given."""
    from bot.charts.bars import draw

    return draw(bars, theme, title, subtitle, headings)


def preferences_chart(
    bars: Sequence[PreferenceBar],
    theme: Theme,
    title: str,
    subtitle: str = "",
    headings: tuple[str, str] = ("Liked more here", "Liked less here"),
) -> bytes:
    """Draw the strongest positive and negative biases in two columns."""
    from bot.charts.preference_bars import draw

    return draw(bars, theme, title, subtitle, headings)


def acceptance_over_time(
    days: Sequence[DayPoint], theme: Theme, title: str, subtitle: str = ""
) -> bytes:
    """Draw the acceptance of each day as a curve, above bars of the number shown."""
    from bot.charts.time_series import draw

    return draw(days, theme, title, subtitle)


def correction_matrix(
    corrections: Sequence[Correction], theme: Theme, title: str, subtitle: str = ""
) -> bytes:
    """Draw a matrix of shown and chosen emojis, the most frequent of each."""
    from bot.charts.confusion_matrix import draw

    return draw(corrections, theme, title, subtitle)


def stack_charts(charts: Sequence[bytes]) -> bytes:
    """Stack charts of one theme vertically.

    Raises:
        ValueError: there are none.
    """
    from bot.charts.canvas import stack

    return stack(charts)
