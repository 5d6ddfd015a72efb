"""Rows of the benchmark as tables for people, and as a chart."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from bot.charts import NEUTRAL, Bar, acceptance_chart, stack_charts
from model.evaluation.tables import percent, signed
from model.figures import Change

if TYPE_CHECKING:
    from model.training.benchmark.score import BenchmarkFigure, BenchmarkRow

TITLES = {
    "hit_1": "hit@1",
    "hit_5": "hit@5",
    "macro_f1": "macro-F1",
    "carried": "emotion carried",
    "tone_deaf": "tone-deaf",
    "mocked": "grave, first laughs",
    "offered": "grave, one of five laughs",
    "laughed": "figurative, 💀 or 😂",
}
_CHARTS = {
    "hit_5": "The author's emoji is among the five",
    "carried": "The five carry the emotion",
    "tone_deaf": "The first laughs at sadness or fear (less is better)",
    "mocked": "The first laughs at a grave text (less is better)",
}


def show_rows(rows: "Sequence[BenchmarkRow]", console: Console | None = None) -> None:
    """Print the means over languages, and what is measured on each set by language.

    The first row has intervals; those of its differences from the others are printed apart.
    """
    console = console or Console()
    console.print(_overall(rows))
    for figure in ("hit_5", "carried", "mocked"):
        by_set = _by_set(rows, figure)
        if by_set.row_count:
            console.print(by_set)


def show_comparisons(
    name: str, comparisons: Mapping[str, Mapping[str, Change]], console: Console | None = None
) -> None:
    """Print the differences from each row of the leaderboard; nothing if there are none."""
    table = Table(
        "against",
        "figure",
        "change",
        title=f"{name}, paired by text on sets that both answer: points",
    )
    for other, changes in comparisons.items():
        for figure, change in changes.items():
            difference = signed(change.difference, change.interval)
            table.add_row(other, TITLES[figure], difference)
    if table.row_count:
        (console or Console()).print(table)


def write_chart(rows: "Sequence[BenchmarkRow]", path: Path) -> None:
    """Draw bars of the most important figures, one chart a figure and one bar a row."""
    charts = []
    for figure, title in _CHARTS.items():
        bars = [
            Bar(row.name, of_row.value, interval=of_row.interval)
            for row in rows
            if (of_row := row.figures.get(figure)) is not None
        ]
        heading, subtitle = (TITLES[figure], ""), "mean over languages, with its 95 % interval"
        charts.append(acceptance_chart(bars, NEUTRAL, title, subtitle, heading))
    path.write_bytes(stack_charts(charts))


def figure_cells(row: "BenchmarkRow", *, intervals: bool = True) -> dict[str, str]:
    """Return the cells of a row by their titles; ``-`` for what was not measured."""
    probes = row.bias_probes
    return {
        **{title: _cell(row.figures.get(name), intervals) for name, title in TITLES.items()},
        "calibration error": percent(row.calibration_error),
        "bias: same first emoji": percent(None if probes is None else probes.same_first),
        "bias: spread of sentiment": "-" if probes is None else f"{probes.spread:.3f}",
        "p50 ms of one text": "-" if row.latency is None else f"{row.latency.p50:.2f}",
    }


def _overall(rows: "Sequence[BenchmarkRow]") -> Table:
    """Return a line for each figure, one column a row."""
    table = _table("Means over languages, % with 95 % intervals", ("figure",), rows)
    cells = [figure_cells(row, intervals=row is rows[0]) for row in rows]
    for title in cells[0]:
        table.add_row(title, *(of_row[title] for of_row in cells))
    return table


def _by_set(rows: "Sequence[BenchmarkRow]", figure: str) -> Table:
    """Return a line for each set and language that has a figure, one column a row."""
    table = _table(f"{TITLES[figure]} by set and language, %", ("set", "texts"), rows)
    found = [
        {(p.task, p.language, p.texts): p.figures[figure] for p in row.parts if figure in p.figures}
        for row in rows
    ]
    for key in dict.fromkeys(key for of_row in found for key in of_row):
        task, language, texts = key
        cells = (_cell(of_row.get(key), of_row is found[0]) for of_row in found)
        table.add_row(f"{task} {language or ''}", f"{texts:,}", *cells)
    return table


def _table(title: str, leading: Sequence[str], rows: "Sequence[BenchmarkRow]") -> Table:
    """Return an empty table, as narrow as can be: one of five rows fits 80 columns."""
    table = Table(
        title=title, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1)
    )
    for name in leading:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_column(row.name, overflow="fold", no_wrap=row is rows[0])
    return table


def _cell(figure: "BenchmarkFigure | None", interval: bool = True) -> str:
    if figure is None:
        return "-"
    return percent(figure.value, figure.interval if interval else None)
