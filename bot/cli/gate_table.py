"""What the gate compared, as a table for people and as JSON."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.training.feedback.gate_report import Check, GateReport


def show_verdict(verdict: "GateReport") -> None:
    """Print the table, and the verdict under it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{verdict.candidate} beside {verdict.before}: 95 % intervals")
    for column in ("split", "figure", "texts", "before", "after", "difference", "may be", ""):
        table.add_column(column)
    for check in verdict.checks:
        table.add_row(*_cells(check))
    console = Console()
    console.print(table)
    if verdict.missing_benchmarks:
        console.print(f"not here, so not measured: {', '.join(verdict.missing_benchmarks)}")
    console.print("passed: it may take over" if verdict.passed else "refused: the old one stays")


def write_verdict(verdict: "GateReport", file: Path) -> None:
    """Write the report as JSON."""
    told = json.dumps(verdict.as_dict(), ensure_ascii=False, indent=1)
    file.write_text(f"{told}\n", encoding="utf-8")


def _cells(check: "Check") -> list[str]:
    share = check.split != "cost"
    before, after = (
        f"{value * 100:.2f} %" if share else f"{value:,.1f}"
        for value in (check.before, check.after)
    )
    difference = f"{(check.after - check.before) * 100:+.2f}" if share else ""
    if check.interval is not None:
        low, high = (end * 100 for end in check.interval)
        difference += f" [{low:+.2f}, {high:+.2f}]"
    passed = "yes" if check.passed else "NO"
    values = [f"{check.texts:,}", before, after, difference]
    return [check.split, check.figure, *values, check.requirement, passed]
