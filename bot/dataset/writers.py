"""Writers of feedback rows in every format of an export, a page of rows at a time."""

import csv
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.core.errors import TrainingExtraMissing
from bot.dataset.annotation import (
    JsonArrayWriter,
    argilla_record,
    argilla_settings,
    label_studio_settings,
    label_studio_task,
)
from model.feedback import FeedbackRow


class Format(StrEnum):
    """Format of an export; its value is the name of the folder."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"

    @property
    def is_for_annotation(self) -> bool:
        """True if an annotation tool reads it, and only rows with a text are in it."""
        return self in (Format.LABEL_STUDIO, Format.ARGILLA)

    def path(self, split: str) -> str:
        """Return the path of a split in the export."""
        match self:
            case Format.LABEL_STUDIO:
                return f"{self}/{split}.json"
            case Format.ARGILLA:
                return f"{self}/{split}/records.json"
        return f"{self}/{split}.{self}"


class RowWriter(Protocol):
    """Writer of rows to one file."""

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class JsonLinesWriter:
    """JSON Lines: one JSON object on each line."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append rows."""
        self._file.writelines(f"{row.model_dump_json()}\n" for row in rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


_MISSING = frozenset(
    (
        *("", "NA", "N/A", "n/a", "<NA>", "#NA", "#N/A", "#N/A N/A", "NULL", "null", "None"),
        *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    )
)
"""Cells that pandas, and the Hub's library with it, reads as missing."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: str) -> str:
    """Return a cell that no program takes for a missing value or a formula.

    Such a text gets an apostrophe in front, as does one that begins with an apostrophe: it is
    always the first one that is to be taken away.
    """
    risky = value in _MISSING or value.startswith((*_FORMULA_STARTS, "'"))
    return f"'{value}" if risky else value


class CsvWriter:
    """CSV; lists are written as JSON in their cells, and texts by ``csv_cell``."""

    def __init__(self, path: Path) -> None:
        """Create the file with its header."""
        self._file = path.open("w", encoding="utf-8", newline="")
        self._table = csv.DictWriter(self._file, list(FeedbackRow.model_fields))
        self._table.writeheader()

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append rows."""
        for row in rows:
            cells = row.model_dump(mode="json")
            for name, value in cells.items():
                if isinstance(value, list):
                    cells[name] = json.dumps(value, ensure_ascii=False)
                elif isinstance(value, str):
                    cells[name] = csv_cell(value)
            self._table.writerow(cells)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ParquetWriter:
    """Compressed Parquet; needs pyarrow."""

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            TrainingExtraMissing: pyarrow is not installed.
        """
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise TrainingExtraMissing("pyarrow") from None
        self._arrow = pyarrow
        self._schema = _schema(pyarrow)
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append rows as a row group."""
        values = [row.model_dump() for row in rows]
        self._file.write_table(self._arrow.Table.from_pylist(values, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._file.close()


WRITERS: Mapping[Format, Callable[[Path], RowWriter]] = {
    Format.JSONL: JsonLinesWriter,
    Format.CSV: CsvWriter,
    Format.PARQUET: ParquetWriter,
    Format.LABEL_STUDIO: lambda path: JsonArrayWriter(path, label_studio_task),
    Format.ARGILLA: lambda path: JsonArrayWriter(path, argilla_record),
}
SETTINGS: Mapping[Format, Callable[[Collection[str], Collection[str]], Mapping[str, str]]] = {
    Format.LABEL_STUDIO: label_studio_settings,
    Format.ARGILLA: argilla_settings,
}
"""Format -> function of splits and emojis that returns the contents of further files by path."""


def _schema(pa: Any) -> Any:  # noqa: ANN401 - the library has no types
    text = pa.string()
    prediction = pa.struct([("emoji", text), ("score", pa.float64())])
    fields = [("kind", text), ("emoji", text), ("source", text), ("also_burst", pa.bool_())]
    entry = pa.struct([*fields, ("actors", pa.int64())])
    types = {
        "predictions": pa.list_(prediction),
        "shown": pa.list_(text),
        "feedback": pa.list_(entry),
        "day": pa.date32(),
    }
    return pa.schema([(name, types.get(name, text)) for name in FeedbackRow.model_fields])
