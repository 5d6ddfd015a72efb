"""HTML of the top five: tiles that fill up with the score, and are buttons."""

from collections.abc import Sequence
from html import escape

from model import Prediction

from .candidates import accessible_name
from .interface import NONE_FITS

TILES = 5
FULL_TILE_SCORE = 0.5
"""The score at which a tile is full; few texts get a higher one."""


def render_tiles(
    predictions: Sequence[Prediction], choice: str | None = None, *, enabled: bool = True
) -> str:
    """Render five tiles, empty ones included, so that neither layout nor focus jumps.

    ``enabled`` makes them buttons, ``choice`` is the pressed one.
    """
    padded = [*predictions[:TILES], *[None] * (TILES - len(predictions))]
    items = "".join(
        f"<li>{_render_empty_tile() if p is None else _render_tile(p, p.emoji == choice, enabled)}"
        "</li>"
        for p in padded
    )
    return f'<ol class="tiles" aria-label="The five that fit best">{items}</ol>'


def _render_tile(prediction: Prediction, pressed: bool, enabled: bool) -> str:
    emoji, score = escape(prediction.emoji), prediction.score
    label = escape(f"{accessible_name(prediction.emoji)}, {score:.0%}", quote=True)
    custom = " custom" if prediction.emoji.startswith(":") else ""
    state = f'aria-pressed="{str(pressed).lower()}"' if enabled else "disabled"
    return (
        f'<button type="button" class="tile{custom}" data-emoji="{emoji}" {state}'
        f' aria-label="{label}" style="--fill: {min(score / FULL_TILE_SCORE, 1):.3f}">'
        f'<span class="emoji" aria-hidden="true">{emoji}</span>'
        f'<span class="score" aria-hidden="true">{score:.0%}</span></button>'
    )


def _render_empty_tile() -> str:
    return (
        '<button type="button" class="tile" disabled aria-label="nothing yet"'
        ' style="--fill: 0"><span class="emoji" aria-hidden="true"></span>'
        '<span class="score" aria-hidden="true"></span></button>'
    )


def render_status(message: str, choice: str | None, *, enabled: bool, retry: str = "") -> str:
    """Render the status line, which screen readers say, and the button "none of these".

    A non-empty ``retry`` makes the browser send the text again in a moment; it must be new each
    time.
    """
    good = "" if choice is None else " good"
    attribute = f' data-retry="{escape(retry, quote=True)}"' if retry else ""
    line = f'<p class="status{good}" role="status"{attribute}>{escape(message)}</p>'
    pressed = str(choice == NONE_FITS).lower()
    none_fits = (
        f'<button type="button" class="none-fits" data-emoji="{NONE_FITS}"'
        f' aria-pressed="{pressed}">None of these fits</button>'
    )
    return f'<div class="status-line">{line}{none_fits if enabled else ""}</div>'
