"""Rows of the benchmark as tables for people, and as a chart."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bot.charts import NEUTRAL, Bar, acceptance_chart, stack_charts
from model.evaluation.tables import percent, signed
from model.figures import Change

if TYPE_CHECKING:
    from model.training.benchmark.score import BenchmarkFigure, BenchmarkRow

_TITLES = {
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
    """Print the means over languages, and what is measured on each set by language."""
    console = console or Console()
    console.print(_overall(rows))
    console.print(_by_set(rows))


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
            table.add_row(other, _TITLES[figure], difference)
    if table.row_count:
        (console or Console()).print(table)


def write_chart(rows: "Sequence[BenchmarkRow]", path: Path) -> None:
    """Draw bars of the most important figures, one chart a figure and one bar a row."""
    charts = []
    for figure, title in _CHARTS.items():
        bars = [
            Bar(row.name, row.figures[figure].value, _texts(row, figure))
            for row in rows
            if figure in row.figures
        ]
        heading = (_TITLES[figure], "texts")
        charts.append(acceptance_chart(bars, NEUTRAL, title, "mean over languages", heading))
    path.write_bytes(stack_charts(charts))


def _texts(row: "BenchmarkRow", figure: str) -> int:
    return sum(part.texts for part in row.parts if figure in part.figures)


def figure_cells(row: "BenchmarkRow") -> dict[str, str]:
    """Return the cells of a row by their titles; ``-`` for what was not measured."""
    probes = row.bias_probes
    return {
        **{title: _cell(row.figures.get(name)) for name, title in _TITLES.items()},
        "calibration error": percent(row.calibration_error),
        "bias: same first emoji": percent(None if probes is None else probes.same_first),
        "bias: spread of sentiment": "-" if probes is None else f"{probes.spread:.3f}",
        "p50 ms of one text": "-" if row.latency is None else f"{row.latency.p50:.2f}",
    }


def _overall(rows: "Sequence[BenchmarkRow]") -> Table:
    """Return a line for each figure, one column a row."""
    names = [row.name for row in rows]
    table = Table("figure", *names, title="Means over languages: %, 95 % intervals")
    cells = [figure_cells(row) for row in rows]
    for title in cells[0]:
        table.add_row(title, *(of_row[title] for of_row in cells))
    return table


def _by_set(rows: "Sequence[BenchmarkRow]") -> Table:
    """Return a line for each figure that leads its set, one column a row."""
    shown = ("hit_5", "carried", "mocked")
    names = [row.name for row in rows]
    found = [
        {
            (part.task, part.language, figure): (part.texts, part.figures[figure])
            for part in row.parts
            for figure in shown
            if figure in part.figures
        }
        for row in rows
    ]
    table = Table("set", "language", "texts", "figure", *names, title="By set and language: %")
    for key in dict.fromkeys(key for row in found for key in row):
        task, language, figure = key
        texts = next(row[key][0] for row in found if key in row)
        cells = (_cell(row[key][1] if key in row else None) for row in found)
        table.add_row(task, language or "", f"{texts:,}", _TITLES[figure], *cells)
    return table


def _cell(figure: "BenchmarkFigure | None") -> str:
    return "-" if figure is None else percent(figure.value, figure.interval)
