"""Pictures of what the bot learnt, drawn in memory as PNG at twice their size.

Pillow is loaded when the first one is drawn. Drawing takes tens of milliseconds: call from a
thread where a loop must not wait. The same rows give the same bytes. A title, a subtitle or a
label that does not fit ends in "…"; so does what the fonts here cannot write (they know Latin,
Greek, Cyrillic and every emoji). Without rows the picture says that there is nothing yet.
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
    "acceptance",
    "confusion",
    "over_time",
    "preferences",
    "stack",
]


def acceptance(
    bars: Sequence[Bar],
    theme: Theme,
    title: str,
    subtitle: str = "",
    headings: tuple[str, str] = ("kept", "shown"),
) -> bytes:
    """How much of what was shown was kept, one horizontal bar a row, in the order given."""
    from bot.charts.bars import draw

    return draw(bars, theme, title, subtitle, headings)


def preferences(
    leans: Sequence[PreferenceBar],
    theme: Theme,
    title: str,
    subtitle: str = "",
    headings: tuple[str, str] = ("Liked more here", "Liked less here"),
) -> bytes:
    """What is liked more here than elsewhere beside what is liked less, the strongest first."""
    from bot.charts.preference_bars import draw

    return draw(leans, theme, title, subtitle, headings)


def over_time(days: Sequence[DayPoint], theme: Theme, title: str, subtitle: str = "") -> bytes:
    """The share kept, day by day, over how much was shown."""
    from bot.charts.time_series import draw

    return draw(days, theme, title, subtitle)


def confusion(swaps: Sequence[Correction], theme: Theme, title: str, subtitle: str = "") -> bytes:
    """What was chosen where something else was shown; the most frequent emojis of both sides."""
    from bot.charts.confusion_matrix import draw

    return draw(swaps, theme, title, subtitle)


def stack(pictures: Sequence[bytes]) -> bytes:
    """Pictures of one theme, one above the other.

    Raises:
        ValueError: there is none.
    """
    from bot.charts.canvas import stack

    return stack(pictures)
