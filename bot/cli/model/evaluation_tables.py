"""Evaluation figures as tables for people, and as a page."""

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from model.evaluation.language_section import whole_splits
from model.evaluation.tables import percent, signed
from model.figures import EmojiFigures, EmotionFigures, EvaluationResult, LatencyFigures


def show_figures(rows: Sequence[EvaluationResult], console: Console | None = None) -> None:
    """Print a table for emoji splits, those for emotion splits and the latency; in percent."""
    console = console or Console()
    tables = (_emoji_table, _emotion_table, _agreement, _changes, _latency)
    for table in (make(rows) for make in tables):
        if table.row_count:
            console.print(table)


def write_html(rows: Sequence[EvaluationResult], path: Path) -> None:
    """Write an HTML page: all tables, recall by emoji, and who is taken for whom."""
    console = Console(record=True, width=170, file=io.StringIO())
    show_figures(rows, console)
    seen: set[str] = set()
    pictures = []
    for row in rows:
        if isinstance(row.figures, EmojiFigures) and row.split not in seen:
            seen.add(row.split)
            console.print(_by_emoji(row.split, row.figures))
            if row.figures.confusion:
                pictures.append(_confusion(row.split, row.figures))
    page = console.export_html(inline_styles=True)
    page = page.replace("</body>", "".join(pictures) + "</body>")
    path.write_text(page.replace("<head>", f"<head>{_HEAD}", 1), encoding="utf-8")


_HEAD = """<title>Emoji Reactor: figures</title><style>
table { border-collapse: collapse; margin: 2em 0; font: 12px sans-serif }
caption { text-align: left; padding: .5em 0; font-weight: bold }
td { width: 2.2em; height: 2em; text-align: center }
</style>"""


def _emoji_table(rows: Sequence[EvaluationResult]) -> Table:
    table = Table(title="The emojis that people used: %, 95 % intervals")
    for column in (
        "split",
        "language",
        "ranker",
        "texts",
        "hit@1",
        "hit@5",
        "macro recall@5",
        "macro-F1",
    ):
        table.add_column(column)
    for column in ("accuracy", "ECE", "shown", "right if shown", "distinct"):
        table.add_column(column, justify="right")
    for row in rows:
        figure = row.figures
        if isinstance(figure, EmojiFigures):
            table.add_row(
                row.split,
                row.language or "",
                row.ranker,
                f"{figure.texts:,}",
                percent(figure.hit_1, figure.hit_1_interval),
                percent(figure.hit_5, figure.hit_5_interval),
                percent(figure.macro_recall_5, figure.macro_recall_5_interval),
                percent(figure.macro_f1, figure.macro_f1_interval),
                percent(figure.accuracy),
                percent(figure.calibration_error),
                percent(figure.shown),
                percent(figure.precision, figure.precision_interval),
                str(figure.distinct_5),
            )
    return table


def _emotion_table(rows: Sequence[EvaluationResult]) -> Table:
    columns = (
        "split",
        "language",
        "ranker",
        "texts",
        "emotion carried",
        "negative share",
        "tone-deaf",
    )
    table = Table(*columns, title="The emotions that raters saw: %, 95 % intervals")
    for row in rows:
        figure = row.figures
        if isinstance(figure, EmotionFigures):
            table.add_row(
                row.split,
                row.language or "",
                row.ranker,
                f"{figure.texts:,}",
                percent(figure.carried, figure.carried_interval),
                percent(figure.negative_share, figure.negative_share_interval),
                percent(figure.tone_deaf, figure.tone_deaf_interval),
            )
    return table


def _agreement(rows: Sequence[EvaluationResult]) -> Table:
    """Print each emotion of each split, one column a ranker."""
    whole = whole_splits(rows)
    figured = [(r, r.figures) for r in whole if isinstance(r.figures, EmotionFigures)]
    rankers = list(dict.fromkeys(row.ranker for row, _ in figured))
    title = "Each emotion: % of its texts with an emoji that carries it among the five"
    table = Table("split", "emotion", "texts", *rankers, title=title)
    for split in dict.fromkeys(row.split for row, _ in figured):
        of_split = {row.ranker: figures for row, figures in figured if row.split == split}
        first = next(iter(of_split.values()))
        for emotion, (texts, _) in first.by_emotion.items():
            shares = [
                of_split[ranker].by_emotion.get(emotion, (0, None))[1]
                if ranker in of_split
                else None
                for ranker in rankers
            ]
            table.add_row(split, emotion, f"{texts:,}", *map(percent, shares))
    return table


def _changes(rows: Sequence[EvaluationResult]) -> Table:
    columns = ("split", "language", "texts", "figure", "against", "change")
    table = Table(*columns, title="Paired by text: points, 95 % intervals")
    for row in rows:
        for name, change in row.changes.items():
            cells = (f"{row.figures.texts:,}", name.replace("_", " "), str(row.against))
            difference = signed(change.difference, change.interval)
            table.add_row(row.split, row.language or "", *cells, difference)
    return table


def _latency(rows: Sequence[EvaluationResult]) -> Table:
    columns = ("split", "ranker", "texts", "threads", "p50 ms", "p99 ms")
    table = Table(*columns, title="One message at a time")
    for row in rows:
        figure = row.figures
        if isinstance(figure, LatencyFigures):
            times = (f"{figure.p50:.2f}", f"{figure.p99:.2f}")
            table.add_row(row.split, row.ranker, f"{figure.texts:,}", str(figure.threads), *times)
    return table


def _by_emoji(split: str, figures: EmojiFigures) -> Table:
    table = Table("emoji", "texts", "recall@5 %", title=f"{split}: each emoji of 20 texts or more")
    for emoji, (texts, recall) in figures.by_emoji.items():
        table.add_row(emoji, f"{texts:,}", percent(recall))
    return table


def _confusion(split: str, figures: EmojiFigures) -> str:
    """Render a heat map as an HTML table: a browser has the emoji font that a plot would lack."""
    labels = list(figures.by_emoji)
    head = "".join(f"<th>{label}</th>" for label in labels)
    body = ""
    for label in labels:
        row = figures.confusion.get(label, {})
        shares = [row.get(answer, 0) / sum(row.values()) for answer in labels]
        cells = "".join(
            f'<td style="background: rgba(200, 60, 0, {share:.2f})">{share * 100:.0f}</td>'
            for share in shares
        )
        body += f"<tr><th>{label}</th>{cells}</tr>"
    title = f"{split}: of each row's label, how many % were first answered with the column's emoji"
    return f"<table><caption>{title}</caption><tr><th></th>{head}</tr>{body}</table>"
