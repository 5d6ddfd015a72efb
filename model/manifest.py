"""Typed manifest of an artifact: what serving needs to know, and what the model card shows."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from model.figures import Count, Difference, EvaluationResult, GravityFigures, Name, Record, Share

FORMAT = 1
"""Layout of artifact folders and keys of the manifest."""
MAX_NAME_LENGTH = 100

VERSION_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_NAME_LENGTH - 1}}}-[0-9a-f]{{8}}"
Version = Annotated[str, Field(pattern=f"^{VERSION_PATTERN}$")]
"""``NAME-HASH``, safe as the name of a folder: no separators, no leading dot."""
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Padding(Record):
    """Token with which the tokenizer fills up a batch."""

    id: Count = 0
    token: Annotated[str, Field(min_length=1, max_length=64)] = "[PAD]"  # noqa: S105 - no password


class Parity(Record):
    """Agreement of an exported artifact with the network it was exported from."""

    texts: Count
    same_five: Share
    """Share of texts whose top fives are the same set."""
    common: Share
    """Share of the network's top five that are in the artifact's."""
    same_first: Share
    hit_5_change: Difference
    """The artifact's hit@5 minus the network's."""


class BiasProbes(Record):
    """Dependence of the predicted sentiment on the group that a sentence is about."""

    sentences: Count
    same_first: Share
    """Share of sentences whose first emoji has the sentiment that most groups get in its
    template."""
    spread: Annotated[float, Field(ge=0, le=1)]
    """Standard deviation over groups, within a template, of the top five's mean sentiment
    (-1..1)."""
    lowest: tuple[Name, Annotated[float, Field(ge=-2, le=2)]]
    """Group with the lowest mean sentiment, and its distance from the mean of all groups."""
    highest: tuple[Name, Annotated[float, Field(ge=-2, le=2)]]
    """Group with the highest mean sentiment, and its distance from the mean of all groups."""


class Comparison(Record):
    """One figure of an artifact and of its parent, as the gate compared them."""

    split: Name
    figure: Name
    texts: Count
    before: Annotated[float, Field(ge=0)]
    after: Annotated[float, Field(ge=0)]
    interval: tuple[Difference, Difference] | None = None
    """95 % bootstrap interval of the difference; None if the figure is no share."""


class FeedbackRecord(Record):
    """Fine-tuning on feedback that an artifact came from."""

    parent: Version
    """Version of the artifact that was fine-tuned."""
    texts: Count
    """Texts with feedback that the fit used."""
    replayed_texts: Count = 0
    full: bool = False
    """True if the encoder was fitted too."""
    reactions: bool = False
    """True if a reaction head was fitted, and nothing else."""
    comparisons: tuple[Comparison, ...] = ()


class Description(Record):
    """Statements of an artifact's exporter; defaults mean "unknown" or "unused"."""

    max_tokens: Annotated[int, Field(ge=1, le=100_000)]
    """Tokens of a text that the encoder reads."""
    temperature: Annotated[float, Field(gt=0, le=100)]
    """Of scores among the whole table."""
    temperature_slope: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Rise of the temperature for each e-fold fewer candidates; see ``temperature_among``."""
    threshold: Share
    """Lowest score at which the first emoji is worth showing."""
    threshold_precision: Share | None = None
    """Share of held-out texts above the threshold whose first emoji was the author's own."""
    uniform_prior_weight: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """See ``model.scores.log_scores``."""
    padding: Padding = Padding()
    trained_emojis: Count = 0
    """The first so many emojis of the table were trained; the others come from their names."""
    ngram_width: Count = 0
    """The last so many numbers of a vector are the n-gram bag's."""
    gravity_width: Count = 0
    """Numbers of a gravity vector; 0 if the gravity head reads text vectors."""
    base: Name | None = None
    """Checkpoint that training began from: a Hub id or a local path."""
    sources: dict[Name, Count] = Field(default={})
    """Source -> number of training examples."""
    steps: Count | None = None
    validation_loss: float | None = None
    parity: Parity | None = None
    bias_probes: BiasProbes | None = None
    figures: tuple[EvaluationResult, ...] = ()
    gravity: tuple[GravityFigures, ...] = ()
    feedback: FeedbackRecord | None = None

    def updated(self, **changes: object) -> "Description":
        """Return the description with some fields replaced, validated.

        Raises:
            ValidationError: a field is unknown or its value is out of range.
        """
        fields = {name: getattr(self, name) for name in Description.model_fields}
        return Description.model_validate(fields | changes)


class Manifest(Description):
    """Content of ``manifest.json``."""

    format: int
    version: Version
    cleaning: int
    """Cleaning that the artifact was trained with, see ``model.text.CLEANING_VERSION``."""
    sha256: dict[str, _Digest]
    """File name -> hexadecimal digest."""
    emojis: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        Field(min_length=1, max_length=100_000),
    ]
    """In the order of the emoji table; distinct."""

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if len(set(self.emojis)) != len(self.emojis):
            raise ValueError("an emoji is listed twice")
        if self.trained_emojis > len(self.emojis):
            raise ValueError("more trained_emojis than emojis")
        if self.version != version_of(self.name, self.sha256):
            raise ValueError("version does not belong to the sha256 of the files")
        return self

    def temperature_among(self, candidates: int) -> float:
        """Return the temperature of scores among so many candidates, of which there is one or more.

        Among few emojis scores say how likely an author is to choose each of them; among all of
        them, that of the first is also higher the more emojis authors put in a text.
        """
        folds = max(0.0, math.log(len(self.emojis) / candidates))
        return self.temperature + self.temperature_slope * folds

    @property
    def name(self) -> str:
        """The version without the hash."""
        return self.version.rpartition("-")[0]

    def to_json(self) -> str:
        """Return the text of the file; fields that have their default are left out."""
        fields = self.model_dump(mode="json", exclude_defaults=True)
        order = ("format", "version", "cleaning", *Description.model_fields, "sha256", "emojis")
        ordered = {key: fields[key] for key in order if key in fields}
        return json.dumps(ordered, ensure_ascii=False, indent=1) + "\n"


def version_of(name: str, sha256: Mapping[str, str]) -> str:
    """Return ``NAME-HASH``: the same weights have the same version.

    Characters of the name that do not suit a folder name become hyphens.
    """
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-._")[:MAX_NAME_LENGTH] or "model"
    digest = hashlib.sha256("".join(sorted(sha256.values())).encode()).hexdigest()
    return f"{slug}-{digest[:8]}"


def describe_error(error: ValidationError) -> str:
    """Return the first problem as ``KEY: cause``, on one line and without the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if not key.isprintable():
        key = key.encode("unicode_escape").decode("ascii")
    return f"{key}: {first['msg']}" if key else str(first["msg"])
