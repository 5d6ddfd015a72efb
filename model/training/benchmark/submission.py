"""Answers to the benchmark's texts: a file of JSON Lines with the top five and their scores."""

import gzip
import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model import atomic
from model.emoji import canonical, is_emoji
from model.evaluation.evaluate import Ranker
from model.manifest import describe_error
from model.prediction import Prediction
from model.training.benchmark.tasks import Task, probe_texts, text_id

SUFFIXES = (".jsonl", ".jsonl.gz")
_BATCH_SIZE = 256
_MAX_EMOJIS = 5
_SCORE_DIGITS = 4


class SubmissionError(ValueError):
    """A file of answers that cannot be read; one line that names the line."""


class Answer(BaseModel):
    """One line: the key of a text, and at most five emojis, best first, with their probabilities.

    A guard may rank an emoji above one of a higher probability.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    emojis: Annotated[tuple[str, ...], Field(max_length=_MAX_EMOJIS)]
    scores: Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(max_length=5)]

    @model_validator(mode="after")
    def _is_ranking(self) -> Self:
        if len(self.emojis) != len(self.scores):
            raise ValueError("as many scores as emojis")
        if not all(map(is_emoji, self.emojis)):
            raise ValueError("emojis: one of them is no emoji")
        if len(set(map(canonical, self.emojis))) < len(self.emojis):
            raise ValueError("emojis: one of them occurs twice")
        return self


class Submission:
    """Answers by the key of their text; a ``Ranker`` for the benchmark's texts."""

    def __init__(self, answers: Mapping[str, Sequence[Prediction]]) -> None:
        """Take the top five by key; a text without an answer has no prediction."""
        self._answers = dict(answers)

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the answers among the candidates; other emojis count for nothing."""
        return [
            [
                prediction
                for prediction in self._answers.get(text_id(text), ())
                if candidates is None or prediction.emoji in candidates
            ][:k]
            for text in texts
        ]

    def answers_all(self, texts: Sequence[str]) -> bool:
        """Return True if every text has an answer, be it an empty one."""
        return all(text_id(text) in self._answers for text in texts)

    def write(self, path: Path) -> None:
        """Write the answers, compressed if the name ends in ``.gz``; the same ones, same bytes."""
        lines = (
            Answer(
                id=key,
                emojis=tuple(p.emoji for p in top),
                scores=tuple(round(p.score, _SCORE_DIGITS) for p in top),
            ).model_dump_json()
            for key, top in sorted(self._answers.items())
        )
        content = "".join(f"{line}\n" for line in lines).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        data = gzip.compress(content, mtime=0) if path.suffix == ".gz" else content
        atomic.write_binary(path, lambda file: file.write(data), mode=0o644)


def submit(ranker: Ranker, tasks: Sequence[Task]) -> Submission:
    """Let a ranker answer every text."""
    answers: dict[str, list[Prediction]] = {}
    asked = [(task.split.texts, task.split.candidates) for task in tasks]
    for texts, candidates in (*asked, (probe_texts(), None)):
        for batch in _batches(texts):
            top_fives = ranker.predict(batch, _MAX_EMOJIS, candidates)
            answers.update(zip(map(text_id, batch), top_fives, strict=True))
    return Submission(answers)


def read_submission(path: Path) -> Submission:
    """Read answers.

    Raises:
        SubmissionError: the file cannot be read, a line is malformed, or a text is answered twice.
    """
    answers: dict[str, list[Prediction]] = {}
    try:
        data = path.read_bytes()
        content = gzip.decompress(data) if path.suffix == ".gz" else data
        lines = io.StringIO(content.decode("utf-8"))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SubmissionError(f"{path}: cannot be read: {reason}") from None
    for number, line in enumerate(lines, 1):
        answer = _parse(line, f"{path}: line {number}")
        if answer.id in answers:
            raise SubmissionError(f"{path}: line {number}: {answer.id} is answered twice")
        answers[answer.id] = [
            Prediction(canonical(emoji), score)
            for emoji, score in zip(answer.emojis, answer.scores, strict=True)
        ]
    if not answers:
        raise SubmissionError(f"{path}: holds no answers")
    return Submission(answers)


def _parse(line: str, location: str) -> Answer:
    try:
        return Answer.model_validate_json(line)
    except ValidationError as error:
        raise SubmissionError(f"{location}: {describe_error(error)}") from None


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield texts of similar length together, as short ones are padded to the longest."""
    ordered = sorted(texts, key=len)
    for number in range(math.ceil(len(ordered) / _BATCH_SIZE)):
        yield ordered[number * _BATCH_SIZE : (number + 1) * _BATCH_SIZE]
