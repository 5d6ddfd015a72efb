"""HTML of the statistics tab: acceptance by emoji and day, chosen emojis, corrections."""

from html import escape

from .candidates import accessible_name
from .interface import Correction, PageStatistics

MAX_EMOJIS = 20
"""The rarer ones were shown only a few times."""
MAX_DAYS = 60
NO_FEEDBACK = "Nothing yet: choose an emoji on the first tab, or let the bot into a chat."
UNAVAILABLE = '<p class="status">The statistics cannot be read now. Please try again.</p>'


def render_statistics(statistics: PageStatistics) -> str:
    """Render the tab; without feedback, a line that says how to begin."""
    totals = (
        '<dl class="totals">'
        f"<div><dt>predictions</dt><dd>{statistics.predictions:,}</dd></div>"
        f"<div><dt>choices of people</dt><dd>{statistics.feedback:,}</dd></div></dl>"
    )
    if not statistics.by_emoji and not statistics.feedback:
        return f'{totals}<p class="status">{NO_FEEDBACK}</p>'
    return (
        totals
        + _render_chosen(statistics)
        + _render_emojis(statistics)
        + _render_days(statistics)
        + _render_corrections(statistics)
    )


def _render_chosen(statistics: PageStatistics) -> str:
    if not statistics.chosen:
        return ""
    items = "".join(
        '<li><span class="emoji" role="img"'
        f' aria-label="{escape(accessible_name(emoji), quote=True)}">{escape(emoji)}</span>'
        f" <b>{count:,}</b></li>"
        for emoji, count in statistics.chosen[:MAX_EMOJIS]
    )
    return f'<h2>What people chose</h2><ul class="chips chosen">{items}</ul>'


def _render_emojis(statistics: PageStatistics) -> str:
    if not statistics.by_emoji:
        return ""
    rows = "".join(
        f'<tr><th scope="row"{_custom_class(row.label)}'
        f' title="{escape(accessible_name(row.label), quote=True)}">'
        f'{escape(row.label)}</th><td><div class="bar" style="--share: {row.share:.3f}"></div>'
        f"</td><td>{row.share:.0%}</td><td>{row.shown:,}</td></tr>"
        for row in statistics.by_emoji[:MAX_EMOJIS]
    )
    return (
        "<h2>Kept, by emoji</h2><p>Shown, and nobody removed or disliked it.</p>"
        '<table class="acceptance"><thead><tr><th scope="col">emoji</th><td></td>'
        f'<th scope="col">kept</th><th scope="col">shown</th></tr></thead>{rows}</table>'
    )


def _custom_class(emoji: str) -> str:
    """Return the class of a custom emoji, whose name needs more room than a picture."""
    return ' class="custom"' if emoji.startswith(":") else ""


def _render_days(statistics: PageStatistics) -> str:
    days = statistics.by_day[-MAX_DAYS:]
    if not days:
        return ""
    columns = "".join(
        f'<li style="--share: {row.share:.3f}" title="{day:%d %b}: {row.share:.0%} of'
        f' {row.shown:,}"><span class="visually-hidden">{day.isoformat()}: {row.share:.0%} of'
        f" {row.shown:,} kept</span></li>"
        for day, row in days
    )
    first, last = days[0][0], days[-1][0]
    dates = f"<span>{first:%d %b}</span>" + (f"<span>{last:%d %b}</span>" if first != last else "")
    return (
        "<h2>Kept, over time</h2><p>Of each day’s emojis, in UTC.</p>"
        f'<ol class="days">{columns}</ol><div class="dates" aria-hidden="true">{dates}</div>'
    )


def _render_corrections(statistics: PageStatistics) -> str:
    if not statistics.corrections:
        return ""
    items = "".join(
        f"<li>{_render_correction(correction)}</li>"
        for correction in statistics.corrections[:MAX_EMOJIS]
    )
    return f'<h2>Chosen instead of what was shown</h2><ul class="chips">{items}</ul>'


def _render_correction(correction: Correction) -> str:
    shown, chosen = correction.shown, correction.chosen
    label = f"{accessible_name(shown)}, instead {accessible_name(chosen)}, {correction.count} times"
    return (
        f'<span aria-hidden="true"><span class="emoji">{escape(shown)}</span> → <span'
        f' class="emoji">{escape(chosen)}</span> <b>{correction.count:,}</b></span>'
        f'<span class="visually-hidden">{escape(label)}</span>'
    )
