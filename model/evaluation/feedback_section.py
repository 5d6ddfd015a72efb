"""What the card says of an artifact that learnt from feedback."""

from collections.abc import Mapping
from typing import Any


def feedback_section(feedback: Mapping[str, Any] | None) -> str:
    """A section of the card: what it comes from, and what the gate compared; empty without one.

    ``feedback`` is the manifest's entry, with the gate's ``checks`` in it where there were any.
    """
    if feedback is None:
        return ""
    told = [
        "## Learnt from feedback",
        f"Fitted from {feedback['from']} on what people said of its answers to"
        f" {feedback['texts']:,} messages whose authors agreed, and held to its answers on"
        f" {feedback['rehearsed']:,} other texts. Compared on texts that the fit did not see, with"
        " 95 % bootstrap intervals of the difference:",
    ]
    rows = [_row(check) for check in feedback.get("checks", ()) if check["interval"]]
    if rows:
        head = "| split | figure | texts | before, % | after, % | difference |"
        told.append("\n".join((head, "|---|---|---|---|---|---|", *rows)))
    return "\n\n".join(told) + "\n"


def _row(check: Mapping[str, Any]) -> str:
    low, high = (end * 100 for end in check["interval"])
    before, after = check["before"] * 100, check["after"] * 100
    return (
        f"| {check['split']} | {check['figure']} | {check['texts']:,} | {before:.1f} | {after:.1f}"
        f" | {after - before:+.1f} [{low:+.1f}, {high:+.1f}] |"
    )
