"""A job: the chunks of its input, and the parts of its output, each written at once or not."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bot.bulk.errors import BulkInputError
from bot.bulk.formats import FORMATS, PREDICTIONS, Csv, JsonLines, Parquet, Row, Span
from model import Prediction, atomic
from model.text import replace_surrogates

JOB_FILE = "job.json"
SCORE_DIGITS = 6
_PART = re.compile(r"part-\d{7}\.\w+")


class BulkPredictor(Protocol):
    """A predictor of many texts."""

    @property
    def version(self) -> str:
        """The version of the artifact."""
        ...

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of an input file, and the number of the part with its predictions."""

    number: int
    file: Path
    span: Span


@dataclass(frozen=True)
class Job:
    """Predictions for the texts of files of one format, into a folder."""

    files: Sequence[Path]
    output: Path
    column: str
    """The name of the texts."""
    top_k: int
    candidates: frozenset[str] | None
    version: str
    """The version of the artifact that predicts."""

    @cached_property
    def format(self) -> JsonLines | Csv | Parquet:
        """The format of the files.

        Raises:
            TrainingExtraMissing: it is Parquet, and pyarrow is not installed.
        """
        return FORMATS[self.files[0].suffix]()

    def begin(self) -> None:
        """Create the folder, or take up the work of a run that was killed.

        Raises:
            BulkInputError: the folder holds something else.
        """
        description = json.dumps(self._describe(), ensure_ascii=False, indent=1)
        place = self.output / JOB_FILE
        try:
            self.output.mkdir(parents=True, exist_ok=True)
            found = [file.name for file in self.output.iterdir() if not file.name.startswith(".")]
            if place.exists():
                same = place.read_text(encoding="utf-8") == description
            else:
                same = not found
                atomic.write(place, description, replace=False)
        except OSError as error:
            raise BulkInputError(f"{self.output}: cannot be used: {error.strerror}") from None
        if not same or any(not _PART.fullmatch(name) and name != JOB_FILE for name in found):
            raise BulkInputError(
                f"{self.output}: holds something else than parts of this job; choose another folder"
            )

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks of all files, in order.

        Raises:
            BulkInputError: a file cannot be read.
        """
        number = 0
        for file in self.files:
            for span in self.format.spans(file):
                yield Chunk(number, file, span)
                number += 1

    def is_done(self, chunk: Chunk) -> bool:
        """Return True if the part of a chunk is written."""
        return self._part(chunk).exists()

    def process(self, chunk: Chunk, predictor: BulkPredictor) -> int:
        """Write the part of a chunk; return the number of its rows.

        Raises:
            BulkInputError: a row cannot be read.
        """
        part, rows = self._part(chunk), 0

        def predicted() -> Iterator[Sequence[Row]]:
            nonlocal rows
            for batch in self.format.read(chunk.file, chunk.span):
                rows += len(batch)
                yield self._predict(batch, predictor, chunk.file)

        # The folder may be shared by machines: what a dead one left is written over.
        draft = part.with_name(f".{part.name}")
        self.format.write(draft, chunk.file, predicted())
        draft.replace(part)
        return rows

    def _part(self, chunk: Chunk) -> Path:
        return self.output / f"part-{chunk.number:07}{chunk.file.suffix}"

    def _predict(self, rows: Sequence[Row], predictor: BulkPredictor, file: Path) -> list[Row]:
        texts = [self._text(row, file) for row in rows]
        top = predictor.predict(texts, self.top_k, self.candidates)
        return [
            row
            | {
                PREDICTIONS: [
                    {"emoji": each.emoji, "score": round(each.score, SCORE_DIGITS)} for each in best
                ]
            }
            for row, best in zip(rows, top, strict=True)
        ]

    def _text(self, row: Row, file: Path) -> str:
        if self.column not in row or PREDICTIONS in row:
            wrong = f"no {self.column}" if self.column not in row else f"{PREDICTIONS} already"
            raise BulkInputError(
                f"{file}: a row has {wrong}, but {', '.join(row)}; name the texts with --column"
            )
        text = row[self.column]
        return replace_surrogates(text) if isinstance(text, str) else ""

    def _describe(self) -> dict[str, object]:
        return {
            "files": [[str(file.resolve()), file.stat().st_size] for file in self.files],
            "column": self.column,
            "top_k": self.top_k,
            "candidates": None if self.candidates is None else sorted(self.candidates),
            "artifact": self.version,
        }


def find_files(source: Path) -> list[Path]:
    """Return a file, or all files of a folder; they have one format.

    Raises:
        BulkInputError: there is none, or it has no known format, or there are several formats.
    """
    try:
        found = sorted(source.iterdir()) if source.is_dir() else [source]
    except OSError as error:
        raise BulkInputError(f"{source}: cannot be read: {error.strerror}") from None
    files = [file for file in found if file.is_file() and file.suffix in FORMATS]
    if len({file.suffix for file in files}) != 1:
        known = ", ".join(FORMATS)
        raise BulkInputError(f"{source}: should be a file, or a folder of files, of one of {known}")
    return files
