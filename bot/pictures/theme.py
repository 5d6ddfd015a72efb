"""The colours of a picture: blue and orange tell sides apart, which every eye can."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#rrggbb``."""

    background: str
    text: str
    muted: str
    """Text of less weight."""
    track: str
    """What a full bar would cover, empty cells, lines of a grid."""
    accent: str
    opposite: str
    """The side below zero."""


DISCORD_DARK = Theme(
    background="#313338",
    text="#f2f3f5",
    muted="#b5bac1",
    track="#41434a",
    accent="#8591ff",
    opposite="#f0a04b",
)
DISCORD_LIGHT = Theme(
    background="#ffffff",
    text="#1e1f22",
    muted="#5c5e66",
    track="#ebedef",
    accent="#5865f2",
    opposite="#c9690c",
)
NEUTRAL = Theme(
    background="#f7f8fa",
    text="#1b2330",
    muted="#5b6675",
    track="#e3e7ec",
    accent="#2a7cc7",
    opposite="#c9690c",
)
