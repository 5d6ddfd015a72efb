"""The five as HTML: tiles that fill up with the score, and are buttons."""

from collections.abc import Sequence
from html import escape

from model import Prediction

from .palette import name
from .port import NONE_FITS

PLACES = 5
FULL = 0.5
"""The score at which a tile is full; few texts are clearer than that."""


def tiles(five: Sequence[Prediction], chosen: str | None = None, *, ask: bool = True) -> str:
    """Always five tiles, so that the page neither jumps nor loses the keyboard's place.

    ``ask`` makes them buttons to press, ``chosen`` is the pressed one.
    """
    shown = [*five[:PLACES], *[None] * (PLACES - len(five))]
    items = "".join(
        f"<li>{_empty() if p is None else _tile(p, p.emoji == chosen, ask)}</li>" for p in shown
    )
    return f'<ol class="tiles" aria-label="The five that fit best">{items}</ol>'


def _tile(prediction: Prediction, pressed: bool, ask: bool) -> str:
    emoji, score = escape(prediction.emoji), prediction.score
    label = escape(f"{name(prediction.emoji)}, {score:.0%}", quote=True)
    custom = " custom" if prediction.emoji.startswith(":") else ""
    state = f'aria-pressed="{str(pressed).lower()}"' if ask else "disabled"
    return (
        f'<button type="button" class="tile{custom}" data-emoji="{emoji}" {state}'
        f' aria-label="{label}" style="--fill: {min(score / FULL, 1):.3f}">'
        f'<span class="emoji" aria-hidden="true">{emoji}</span>'
        f'<span class="score" aria-hidden="true">{score:.0%}</span></button>'
    )


def _empty() -> str:
    return (
        '<button type="button" class="tile" disabled aria-label="nothing yet"'
        ' style="--fill: 0"><span class="emoji" aria-hidden="true"></span>'
        '<span class="score" aria-hidden="true"></span></button>'
    )


def foot(told: str, word: str | None, *, ask: bool, again: str = "") -> str:
    """A line under the tiles, which screen readers say, and "none of these".

    ``again`` makes the browser ask once more in a moment; a new one each time.
    """
    good = "" if word is None else " good"
    late = f' data-again="{escape(again, quote=True)}"' if again else ""
    line = f'<p class="status{good}" role="status"{late}>{escape(told)}</p>'
    pressed = str(word == NONE_FITS).lower()
    none = (
        f'<button type="button" class="none" data-emoji="{NONE_FITS}" aria-pressed="{pressed}">'
        "None of these fits</button>"
    )
    return f'<div class="foot">{line}{none if ask else ""}</div>'
