"""Formats of files with texts: how they divide into chunks, and how rows are read and written."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from bot.bulk.errors import BulkInputError
from bot.core.errors import TrainingExtraMissing

CHUNK_ROWS = 5_000
BATCH_ROWS = 256
"""Rows in memory at once."""
MAX_RECORD_BYTES = 100_000_000
"""The longest line or cell; a quotation mark that never ends would otherwise take all memory."""
PREDICTIONS = "predictions"
BYTE_ORDER_MARK = "\ufeff"
"""Some programs for Windows begin a file with it."""

Row = dict[str, Any]


class Span(NamedTuple):
    """A part of a file: bytes, or in Parquet the numbers of row groups."""

    start: int
    stop: int
    size: int
    """Bytes, for the progress bar."""


class Format(Protocol):
    """A file format."""

    def spans(self, file: Path) -> Iterator[Span]:
        """Divide a file, without keeping it in memory.

        Raises:
            BulkInputError: it is not a file of this format.
        """
        ...

    def read(self, file: Path, span: Span) -> Iterator[Sequence[Row]]:
        """Yield the rows of a span in batches.

        Raises:
            BulkInputError: a row cannot be read.
        """
        ...

    def write(self, path: Path, source: Path, batches: Iterator[Sequence[Row]]) -> None:
        """Write rows with the columns of ``source`` and their predictions."""
        ...


class JsonLines:
    """JSON Lines: one object on each line."""

    def spans(self, file: Path) -> Iterator[Span]:
        """Divide at the ends of lines."""
        with file.open("rb") as lines:
            yield from _spans(len(line) for line in _lines(lines))

    def read(self, file: Path, span: Span) -> Iterator[Sequence[Row]]:
        """Yield objects."""
        with file.open("rb") as lines:
            lines.seek(span.start)
            batch: list[Row] = []
            while (offset := lines.tell()) < span.stop:
                line = lines.readline()
                if line.strip():
                    batch.append(_parse_object(line, file, offset))
                if len(batch) == BATCH_ROWS:
                    yield batch
                    batch = []
            yield batch

    def write(self, path: Path, source: Path, batches: Iterator[Sequence[Row]]) -> None:
        """Write one object on each line."""
        # Half a surrogate pair has no UTF-8; written as an escape, it comes back as it was.
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for batch in batches:
                file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in batch)


class Csv:
    """CSV with a header; predictions are JSON in their cell."""

    def spans(self, file: Path) -> Iterator[Span]:
        """Divide after records, which may hold quoted ends of lines."""
        sizes = _record_sizes(file)
        yield from _spans(sizes, start=next(sizes, 0))

    def read(self, file: Path, span: Span) -> Iterator[Sequence[Row]]:
        """Yield rows, whose values are texts."""
        names = self._names(file)
        with file.open("rb") as lines:
            lines.seek(span.start)
            text = _decode(lines.read(span.stop - span.start), file, span.start)
        batch: list[Row] = []
        for cells in filter(None, _cells(io.StringIO(text, newline=""), file)):
            if len(cells) != len(names):
                raise BulkInputError(
                    f"{file}: a record after byte {span.start} has more or fewer than"
                    f" {len(names)} cells"
                )
            batch.append(dict(zip(names, cells, strict=True)))
            if len(batch) == BATCH_ROWS:
                yield batch
                batch = []
        yield batch

    def write(self, path: Path, source: Path, batches: Iterator[Sequence[Row]]) -> None:
        """Write a header and the rows."""
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, [*self._names(source), PREDICTIONS])
            table.writeheader()
            for batch in batches:
                for row in batch:
                    cell = json.dumps(row[PREDICTIONS], ensure_ascii=False)
                    table.writerow(row | {PREDICTIONS: cell})

    @staticmethod
    def _names(file: Path) -> list[str]:
        with file.open("rb") as data:
            header = _decode(data.read(next(_record_sizes(file), 0)), file, 0)
        names = next(csv.reader(io.StringIO(header.removeprefix(BYTE_ORDER_MARK), newline="")), [])
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise BulkInputError(f"{file}: has two columns named {twice[0]}; rename one")
        return names


class Parquet:
    """Parquet, by row groups; needs pyarrow."""

    def __init__(self) -> None:
        """Import pyarrow.

        Raises:
            TrainingExtraMissing: it is not installed.
        """
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise TrainingExtraMissing("pyarrow") from None
        self._arrow = pyarrow

    def spans(self, file: Path) -> Iterator[Span]:
        """Divide into row groups."""
        metadata = self._open(file).metadata
        for group in range(metadata.num_row_groups):
            yield Span(group, group + 1, metadata.row_group(group).total_byte_size)

    def read(self, file: Path, span: Span) -> Iterator[Sequence[Row]]:
        """Yield rows."""
        groups = list(range(span.start, span.stop))
        for batch in self._open(file).iter_batches(BATCH_ROWS, row_groups=groups):
            yield batch.to_pylist()

    def write(self, path: Path, source: Path, batches: Iterator[Sequence[Row]]) -> None:
        """Write a row group for each batch."""
        pa = self._arrow
        prediction = pa.struct([("emoji", pa.string()), ("score", pa.float64())])
        schema = self._open(source).schema_arrow.append(pa.field(PREDICTIONS, pa.list_(prediction)))
        with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_table(pa.Table.from_pylist(list(batch), schema=schema))

    def _open(self, file: Path) -> Any:  # noqa: ANN401 - the library has no types
        try:
            return self._arrow.parquet.ParquetFile(file)
        except self._arrow.ArrowInvalid:
            raise BulkInputError(f"{file}: is not a Parquet file") from None


FORMATS: Mapping[str, type[JsonLines | Csv | Parquet]] = {
    ".jsonl": JsonLines,
    ".csv": Csv,
    ".parquet": Parquet,
}
"""By the suffix of a file."""


def _spans(sizes: Iterator[int], start: int = 0) -> Iterator[Span]:
    """Divide after each ``CHUNK_ROWS`` records of these sizes."""
    stop, count = start, 0
    for size in sizes:
        stop += size
        count += 1
        if count == CHUNK_ROWS:
            yield Span(start, stop, stop - start)
            start, count = stop, 0
    if stop > start:
        yield Span(start, stop, stop - start)


def _lines(file: io.BufferedReader) -> Iterator[bytes]:
    return iter(lambda: file.readline(MAX_RECORD_BYTES), b"")


def _record_sizes(file: Path) -> Iterator[int]:
    """Yield the bytes of each record of CSV, the header's first."""
    size = 0

    def lines(source: io.BufferedReader) -> Iterator[str]:
        nonlocal size
        for line in _lines(source):
            size += len(line)
            yield line.decode("latin-1")  # CSV's own characters are the same in UTF-8

    with file.open("rb") as source:
        for _ in _cells(lines(source), file):
            yield size
            size = 0


def _cells(lines: Iterable[str], file: Path) -> Iterator[list[str]]:
    """Yield the cells of each record; no line is read before the record that it belongs to."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        yield from csv.reader(lines)
    except csv.Error as error:
        if "new-line" in str(error):
            raise BulkInputError(f"{file}: lines should end with LF or CRLF, not CR") from None
        raise BulkInputError(
            f"{file}: a quotation mark is never closed, or a cell is longer than"
            f" {MAX_RECORD_BYTES} bytes"
        ) from None


def _decode(data: bytes, file: Path, offset: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BulkInputError(f"{file}: byte {offset + error.start} is not UTF-8") from None


def _parse_object(line: bytes, file: Path, offset: int) -> Row:
    try:
        text = _decode(line, file, offset)
        row = json.loads(text if offset else text.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError):  # RecursionError: brackets too deep
        row = None
    if not isinstance(row, dict):
        raise BulkInputError(f"{file}: the line at byte {offset} is not a JSON object")
    return row
