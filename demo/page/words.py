"""The words that moved the answer, marked as HTML."""

from collections.abc import Sequence
from html import escape

from model.occlusion import MAX_UNITS, Unit

from .palette import name

FAINT = 0.15
"""Of the strongest word: what moves the answer less is left unmarked."""
LITTLE = 0.5
"""A text without a word that moves the log-probability by this much stays pale."""


def nothing(told: str = "Type something to see its words marked.") -> str:
    """A line in their place."""
    return f'<p class="why">{escape(told)}</p>'


def marked(units: Sequence[Unit], emoji: str) -> str:
    """The text with its words marked, and what the colours mean."""
    strongest = max((abs(unit.weight) for unit in units if unit.weight), default=0.0)
    scale = max(strongest, LITTLE)
    text = "".join(_unit(unit, scale) for unit in units)
    legend = (
        f'<p class="legend"><span class="for">speaks for</span> <span class="against">speaks'
        f' against</span> <span class="emoji" role="img" aria-label="{escape(name(emoji))}">'
        f"{escape(emoji)}</span></p>"
    )
    return f'<p class="why">{text}</p>{legend}{_rest(units)}'


def _rest(units: Sequence[Unit]) -> str:
    """A line where words were left unweighed."""
    if sum(unit.weight is not None for unit in units) < MAX_UNITS:
        return ""
    return f'<p class="legend">Of a long text, the first {MAX_UNITS} words are weighed.</p>'


def _unit(unit: Unit, scale: float) -> str:
    weight = (unit.weight or 0.0) / scale
    if abs(weight) < FAINT:
        return escape(unit.text)
    side = "for" if weight > 0 else "against"
    return (
        f'<mark class="{side}" style="--weight: {abs(weight):.2f}"'
        f' title="{weight:+.0%}">{escape(unit.text)}</mark>'
    )
