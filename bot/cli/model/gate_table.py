"""Gate reports as a table for people and as JSON."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from model.training.feedback.gate_report import Check, GateReport


def show_gate_report(report: GateReport) -> None:
    """Print the checks as a table, and the result below it."""
    table = Table(title=f"{report.candidate} beside {report.before}: 95 % intervals")
    for column in ("split", "figure", "texts", "before", "after", "difference", "may be", ""):
        table.add_column(column)
    for check in report.checks:
        table.add_row(*_cells(check))
    console = Console()
    console.print(table)
    if report.missing_benchmarks:
        console.print(f"not here, so not measured: {', '.join(report.missing_benchmarks)}")
    console.print("passed: it may take over" if report.passed else "refused: the old one stays")


def write_gate_report(report: GateReport, file: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n", encoding="utf-8")


def _cells(check: Check) -> list[str]:
    is_share = check.split != "cost"
    before, after = (
        f"{value * 100:.2f} %" if is_share else f"{value:,.1f}"
        for value in (check.before, check.after)
    )
    difference = f"{(check.after - check.before) * 100:+.2f}" if is_share else ""
    if check.interval is not None:
        low, high = (end * 100 for end in check.interval)
        difference += f" [{low:+.2f}, {high:+.2f}]"
    passed = "yes" if check.passed else "NO"
    values = [f"{check.texts:,}", before, after, difference]
    return [check.split, check.figure, *values, check.requirement, passed]
