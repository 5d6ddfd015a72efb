"""Sentences with their gravity: one table for each language, and patterns that make more."""

import csv
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.gravity_head import CLASSES
from model.manifest import describe_error
from model.text import clean

SENTENCES = Path("recipes/gravity")
"""The tables, patterns and lexicon of a checkout."""
GRAVE_KINDS = ("grief", "death", "violence", "illness", "self_harm", "crisis")
HARMLESS_KINDS = ("figurative", "cheerful", "everyday")
_TEXTS_A_PATTERN = 8
_GROUP = "group"
_SLOT = re.compile(r"{(\w+)}")

Split = Literal["train", "validation", "test"]
"""Train is for fits, validation for choices (thresholds), test for figures alone."""


class SentenceError(ValueError):
    """A file of sentences that cannot be read; one line that names it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a language's table."""

    language: str
    kind: str
    split: Split
    text: str

    @property
    def is_grave(self) -> bool:
        """True if laughter would be wrong on it."""
        return self.kind in GRAVE_KINDS

    @property
    def label(self) -> int:
        """The index of its class in ``CLASSES``."""
        return CLASSES.index(_class_of(self.kind))


def _class_of(kind: str) -> str:
    if kind == "self_harm":
        return kind
    return "grave" if kind in GRAVE_KINDS else "harmless"


def read_sentences(folder: Path = SENTENCES) -> list[Sentence]:
    """Read all tables, ``LANGUAGE.tsv`` with the columns kind, split and text.

    Raises:
        SentenceError: there are none, or a line is malformed.
    """
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise SentenceError(f"{folder} holds no sentences (LANGUAGE.tsv)")
    return [sentence for path in paths for sentence in _read_table(path)]


def _read_table(path: Path) -> list[Sentence]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows[:1] != [["kind", "split", "text"]]:
        raise SentenceError(f"{path}: the first line must be kind, split, text")
    sentences = []
    for number, row in enumerate(rows[1:], 2):
        match row:
            case [kind, "train" | "validation" | "test" as split, text] if text and kind in (
                *GRAVE_KINDS,
                *HARMLESS_KINDS,
            ):
                sentences.append(Sentence(path.stem, kind, split, text))
            case _:
                raise SentenceError(
                    f"{path}:{number}: expected a kind, train, validation or test, and a text"
                )
    return sentences


class Patterns(BaseModel):
    """Content of ``patterns.toml``: patterns with slots in braces, by class."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slots: dict[str, Annotated[list[str], Field(min_length=1)]]
    patterns: dict[Literal["harmless", "grave", "self_harm"], list[str]]


@dataclass(frozen=True, slots=True)
class WeightedText:
    """A cleaned text with the index of its class and its weight in the fit."""

    text: str
    label: int
    weight: float


def read_patterns(path: Path) -> Patterns:
    """Read patterns.

    Raises:
        SentenceError: the file is malformed.
    """
    try:
        return Patterns.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SentenceError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        raise SentenceError(f"{path}: {describe_error(error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise SentenceError(f"{path}: {error}") from error


def expand(patterns: Patterns, seed: int = 0) -> list[WeightedText]:
    """Return a few texts of each pattern; the weights of one pattern add up to 1."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    expanded = []
    for name, group in patterns.patterns.items():
        for pattern in group:
            texts = {_fill(pattern, patterns.slots, rng) for _ in range(_TEXTS_A_PATTERN)}
            expanded += [
                WeightedText(text, CLASSES.index(name), 1 / len(texts)) for text in sorted(texts)
            ]
    return expanded


def expand_groups(patterns: Patterns) -> list[WeightedText]:
    """Return each harmless pattern about a group of people alone, with every group.

    A group's name is no reason for gravity: each of these texts counts like a sentence.
    """
    return [
        WeightedText(clean(pattern.format(group=group)), CLASSES.index("harmless"), 1.0)
        for pattern in patterns.patterns["harmless"]
        if set(_SLOT.findall(pattern)) == {_GROUP}
        for group in patterns.slots[_GROUP]
    ]


def _fill(pattern: str, slots: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    words = {name: rng.choice(values) for name, values in slots.items()}
    return clean(" ".join(pattern.format(**words).split()))


def read_lexicon(path: Path) -> dict[str, list[str]]:
    """Read the classes of words.

    Raises:
        SentenceError: the file is malformed.
    """
    try:
        classes = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SentenceError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SentenceError(f"{path}: {error}") from error
    for name, words in classes.items():
        if not isinstance(words, list) or not all(isinstance(w, str) and w for w in words):
            raise SentenceError(f"{path}: {name} must be a list of words")
    return classes
