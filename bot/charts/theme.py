"""Colour themes; blue and orange can be told apart with every kind of colour vision."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#rrggbb``."""

    background: str
    text: str
    muted: str
    """Secondary text."""
    track: str
    """Background of bars, empty cells, grid lines."""
    accent: str
    opposite: str
    """Negative values."""


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


def mix(low: str, high: str, share: float) -> str:
    """Interpolate between two colours; ``share`` is the part of the second, 0 to 1."""
    pairs = zip(_channels(low), _channels(high), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable_on(colour: str, theme: Theme) -> str:
    """Return the theme's text or background colour, whichever contrasts more with ``colour``."""
    return max(theme.text, theme.background, key=lambda candidate: contrast(candidate, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
