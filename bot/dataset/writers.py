"""Rows into files: JSON Lines, CSV and Parquet, a page at a time."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.core.errors import TrainingExtraMissing
from model.feedback import FeedbackRow


class Format(StrEnum):
    """The formats of an export; the name is the files' suffix and their folder."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Writer(Protocol):
    """An open file."""

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append a page."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class JsonLines:
    """One JSON object a line."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append a page."""
        self._file.writelines(f"{row.model_dump_json()}\n" for row in rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Csv:
    """A table; lists stand in their cells as JSON."""

    def __init__(self, path: Path) -> None:
        """Create the file with its header."""
        self._file = path.open("w", encoding="utf-8", newline="")
        self._table = csv.DictWriter(self._file, list(FeedbackRow.model_fields))
        self._table.writeheader()

    def write(self, rows: Sequence[FeedbackRow]) -> None:
        """Append a page."""
        for row in rows:
            cells = row.model_dump(mode="json")
            for name, value in cells.items():
                if isinstance(value, list):
                    cells[name] = json.dumps(value, ensure_ascii=False)
            self._table.writerow(cells)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Parquet:
    """Columns, compressed; needs pyarrow."""

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            TrainingMissing: pyarrow is not installed.
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
        """Append a page as a row group."""
        page = [row.model_dump() for row in rows]
        self._file.write_table(self._arrow.Table.from_pylist(page, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._file.close()


WRITERS: Mapping[Format, Callable[[Path], Writer]] = {
    Format.JSONL: JsonLines,
    Format.CSV: Csv,
    Format.PARQUET: Parquet,
}


def _schema(pa: Any) -> Any:  # noqa: ANN401 - the library has no types
    text = pa.string()
    suggestion = pa.struct([("emoji", text), ("score", pa.float64())])
    response = pa.struct(
        [("answer", text), ("emoji", text), ("source", text), ("people", pa.int64())]
    )
    lists = {
        "suggestions": pa.list_(suggestion),
        "shown": pa.list_(text),
        "responses": pa.list_(response),
    }
    kinds = {**lists, "day": pa.date32()}
    return pa.schema([(name, kinds.get(name, text)) for name in FeedbackRow.model_fields])
