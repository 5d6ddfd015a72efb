"""The leaderboard: a file of rows, and beside it the answers from which each was computed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from model import atomic
from model.figures import Name, Record
from model.manifest import describe_error
from model.training.benchmark.score import BenchmarkRow
from model.training.benchmark.submission import Submission, SubmissionError, read_submission

FOLDER = Path("emoji-bench")
"""Folder of the benchmark in a checkout."""
SETS = FOLDER / "sets.toml"
LEADERBOARD = FOLDER / "leaderboard.json"


class Entry(Record):
    """A row, and the file of its answers, relative to the leaderboard."""

    answers: Annotated[str, Field(pattern=r"^submissions/[\w.-]+\.jsonl\.gz$")]
    source: Name
    """Version of the model, or origin of the answers."""
    row: BenchmarkRow


class Leaderboard(Record):
    """The rows, in order of hit@5 of the emojis; those without it last."""

    format: Literal[1] = 1
    entries: tuple[Entry, ...] = ()

    def with_entry(self, entry: Entry) -> "Leaderboard":
        """Return the leaderboard with an entry in place of that of the same name."""
        others = [e for e in self.entries if e.row.name != entry.row.name]
        ordered = sorted((*others, entry), key=lambda e: (-_hit_5(e.row), e.row.name))
        return self.model_copy(update={"entries": tuple(ordered)})


def _hit_5(row: BenchmarkRow) -> float:
    return row.figures["hit_5"].value if "hit_5" in row.figures else -1.0


def read_leaderboard(path: Path) -> Leaderboard:
    """Read a leaderboard; an empty one if there is no file.

    Raises:
        SubmissionError: it is malformed.
    """
    if not path.exists():
        return Leaderboard()
    try:
        return Leaderboard.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        reason = describe_error(error) if isinstance(error, ValidationError) else str(error)
        raise SubmissionError(f"{path}: {reason}") from None


def read_answers(path: Path, entry: Entry) -> Submission:
    """Read the answers of an entry of the leaderboard at ``path``.

    Raises:
        SubmissionError: they cannot be read.
    """
    return read_submission(path.parent / entry.answers)


def add_entry(path: Path, row: BenchmarkRow, submission: Submission, source: str) -> None:
    """Write a row and its answers into the leaderboard at ``path``, in place of its earlier one.

    ``source`` is the version of the model, or the origin of the answers.

    Raises:
        SubmissionError: the leaderboard there is malformed.
    """
    slug = "".join(c if c.isalnum() else "-" for c in row.name.lower()).strip("-")
    entry = Entry(answers=f"submissions/{slug}.jsonl.gz", source=source, row=row)
    submission.write(path.parent / entry.answers)
    changed = read_leaderboard(path).with_entry(entry)
    atomic.write(path, changed.model_dump_json(indent=1, exclude_none=True) + "\n", mode=0o644)
