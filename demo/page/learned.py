"""The second tab as HTML: how much was kept, by emoji and over time, and what was chosen."""

from html import escape

from .palette import name
from .port import Learned, Row, Swap

MOST = 20
"""Emojis; below them stand those that were shown a few times."""
DAYS = 60
NOTHING = "Nothing yet: choose an emoji on the first tab, or let the bot into a chat."
UNKNOWN = '<p class="status">What people chose cannot be read now. Please try again.</p>'


def page(learned: Learned) -> str:
    """Everything; with nothing learned, a line that says how to begin."""
    numbers = (
        '<dl class="numbers">'
        f"<div><dt>answers</dt><dd>{learned.answers:,}</dd></div>"
        f"<div><dt>choices of people</dt><dd>{learned.choices:,}</dd></div></dl>"
    )
    if not learned.by_emoji and not learned.choices:
        return f'{numbers}<p class="status">{NOTHING}</p>'
    return numbers + _chosen(learned) + _emojis(learned) + _days(learned) + _swaps(learned)


def _share(row: Row) -> float:
    return row.kept / row.shown if row.shown else 0.0


def _chosen(learned: Learned) -> str:
    if not learned.chosen:
        return ""
    items = "".join(
        f'<li><span class="emoji" role="img" aria-label="{escape(name(emoji), quote=True)}">'
        f"{escape(emoji)}</span> <b>{count:,}</b></li>"
        for emoji, count in learned.chosen[:MOST]
    )
    return f'<h2>What people chose</h2><ul class="swaps chosen">{items}</ul>'


def _emojis(learned: Learned) -> str:
    if not learned.by_emoji:
        return ""
    rows = "".join(
        f'<tr><th scope="row"{_custom(row.label)} title="{escape(name(row.label), quote=True)}">'
        f'{escape(row.label)}</th><td><div class="bar" style="--share: {_share(row):.3f}"></div>'
        f"</td><td>{_share(row):.0%}</td><td>{row.shown:,}</td></tr>"
        for row in learned.by_emoji[:MOST]
    )
    return (
        "<h2>Kept, by emoji</h2><p>Shown, and nobody removed or disliked it.</p>"
        '<table class="kept"><thead><tr><th scope="col">emoji</th><td></td>'
        f'<th scope="col">kept</th><th scope="col">shown</th></tr></thead>{rows}</table>'
    )


def _custom(emoji: str) -> str:
    """A name needs more room than a picture."""
    return ' class="custom"' if emoji.startswith(":") else ""


def _days(learned: Learned) -> str:
    days = learned.by_day[-DAYS:]
    if not days:
        return ""
    columns = "".join(
        f'<li style="--share: {_share(row):.3f}" title="{day:%d %b}: {_share(row):.0%} of'
        f' {row.shown:,}"><span class="unseen">{day.isoformat()}: {_share(row):.0%} of'
        f" {row.shown:,} kept</span></li>"
        for day, row in days
    )
    first, last = days[0][0], days[-1][0]
    ends = f"<span>{first:%d %b}</span>" + (f"<span>{last:%d %b}</span>" if first != last else "")
    return (
        "<h2>Kept, over time</h2><p>Of each day’s answers, in UTC.</p>"
        f'<ol class="days">{columns}</ol><div class="ends" aria-hidden="true">{ends}</div>'
    )


def _swaps(learned: Learned) -> str:
    if not learned.swaps:
        return ""
    items = "".join(f"<li>{_swap(swap)}</li>" for swap in learned.swaps[:MOST])
    return f'<h2>Chosen instead of what was shown</h2><ul class="swaps">{items}</ul>'


def _swap(swap: Swap) -> str:
    spoken = f"{name(swap.shown)}, instead {name(swap.chosen)}, {swap.count} times"
    return (
        f'<span aria-hidden="true"><span class="emoji">{escape(swap.shown)}</span> → <span'
        f' class="emoji">{escape(swap.chosen)}</span> <b>{swap.count:,}</b></span>'
        f'<span class="unseen">{escape(spoken)}</span>'
    )
