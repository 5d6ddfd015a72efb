"""Cells and tables of the model card, in Markdown."""

from collections.abc import Sequence

_TEXT_COLUMNS = ("language", "set", "answers by", "published by", "source", "form", "read by")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose numbers stand on the right; empty if it has no rows."""
    if not rows:
        return ""
    rule = "|".join("---" if name in _TEXT_COLUMNS else "---:" for name in head)
    return "\n".join([_row(head), f"|{rule}|", *map(_row, rows)])


def percent(share: float | None, interval: tuple[float, float] | None = None) -> str:
    """Return a share in percent, and its interval; ``-`` for None."""
    if share is None:
        return "-"
    around = f" [{interval[0] * 100:.1f}, {interval[1] * 100:.1f}]" if interval else ""
    return f"{share * 100:.1f}{around}"


def signed(difference: float, interval: tuple[float, float]) -> str:
    """Return a difference of shares and its interval in points, with their signs."""
    low, high = (end * 100 for end in interval)
    return f"{difference * 100:+.1f} [{low:+.1f}, {high:+.1f}]"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
