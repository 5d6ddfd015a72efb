"""HTML of the words that contributed to a prediction."""

from collections.abc import Sequence
from html import escape

from model.occlusion import MAX_UNITS, Unit

from .candidates import accessible_name

MIN_RELATIVE_WEIGHT = 0.15
"""Words with less than this share of the greatest weight are not highlighted."""
MIN_SCALE = 0.5
"""Change of the log-probability at full colour, unless a word of the text changes it more."""


def render_placeholder(message: str = "Type something to see its words highlighted.") -> str:
    """Render a line in place of the text."""
    return f'<p class="highlights">{escape(message)}</p>'


def render_highlights(units: Sequence[Unit], emoji: str) -> str:
    """Render the text with its words highlighted, and a legend."""
    greatest = max((abs(unit.weight) for unit in units if unit.weight), default=0.0)
    scale = max(greatest, MIN_SCALE)
    text = "".join(_render_unit(unit, scale) for unit in units)
    legend = (
        f'<p class="legend"><span class="for">speaks for</span> <span class="against">speaks'
        f' against</span> <span class="emoji" role="img"'
        f' aria-label="{escape(accessible_name(emoji))}">{escape(emoji)}</span></p>'
    )
    return f'<p class="highlights">{text}</p>{legend}{_render_limit(units)}'


def _render_limit(units: Sequence[Unit]) -> str:
    """Render a note if the text is longer than what is weighed."""
    if sum(unit.weight is not None for unit in units) < MAX_UNITS:
        return ""
    return f'<p class="legend">Of a long text, the first {MAX_UNITS} words are weighed.</p>'


def _render_unit(unit: Unit, scale: float) -> str:
    weight = (unit.weight or 0.0) / scale
    if abs(weight) < MIN_RELATIVE_WEIGHT:
        return escape(unit.text)
    direction = "for" if weight > 0 else "against"
    return (
        f'<mark class="{direction}" style="--weight: {abs(weight):.2f}"'
        f' title="{weight:+.0%}">{escape(unit.text)}</mark>'
    )
