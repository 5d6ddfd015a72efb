"""A recipe: which data, mapped how, trained how. Read from TOML, refused where a key is unknown."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class RecipeError(ValueError):
    """A recipe that cannot be used; the text is one line that names the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRecipe(_Strict):
    """One data set and how its columns become examples."""

    name: str
    kind: Literal["inline", "label", "emotion", "names"]
    """Emojis inside the text; one emoji in a column; emotion tags in a column; a JSON object of
    emojis and what they are called."""
    path: str | None = None
    """A Parquet file, relative to the recipe."""
    hub: str | None = None
    """A Hub data set, ``ID`` or ``ID:CONFIGURATION``, where ``path`` is None or missing."""
    split: str = "train"
    text: str = "text"
    label: str = "emoji"
    """Column of the emoji (kind ``label``) or of the list of emotions (kind ``emotion``)."""
    languages: tuple[str, ...] = ()
    """Keep these values of the column ``lang``; empty keeps all."""
    skip: int = Field(default=0, ge=0)
    """Texts to leave to another fit, after shuffling and deduplication."""
    limit: int | None = Field(default=None, gt=0)
    """Texts to take after those."""
    weight: float = Field(default=1.0, gt=0)
    exclude_emojis: tuple[str, ...] = ()
    """Emojis that are no labels here; a row with no other label goes."""
    exclude_words: tuple[str, ...] = ()
    """Rows with one of these words go."""
    exclude_text: str = ""
    """Rows with this in the text go, before cleaning."""
    baseline: str | None = None
    """The source that this split's baselines are fitted on, where it is not of the same name."""
    published: str | None = None
    """A file of published answers to this split, a label number for each row of ``path``."""
    leaked_emojis: tuple[str, ...] = ()
    """The emojis that left U+FE0F in the texts that they were taken from."""

    @model_validator(mode="after")
    def _has_a_place(self) -> "SourceRecipe":
        if self.path is None and self.hub is None:
            raise ValueError("needs a path or a hub id")
        return self


class FitRecipe(_Strict):
    """Hyper-parameters of the fit; defaults are those of the shipped artifact."""

    base: str = "sentence-transformers/all-MiniLM-L6-v2"
    seed: int = 20
    epochs: float = Field(default=1.0, gt=0)
    batch_size: int = Field(default=64, gt=0)
    max_tokens: int = Field(default=48, gt=2, le=512)
    learning_rate: float = Field(default=2e-4, gt=0)
    embedding_learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.04, ge=0, le=1)
    vocabulary_size: int | None = Field(default=None, gt=200)
    """Keep so many of the tokenizer's tokens, those that the training texts use most."""
    token_dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of a text's tokens that the encoder leaves out, others in each pass."""
    min_count: int = Field(default=20, gt=0)
    """Emojis seen in fewer training examples keep the row of their name."""
    class_weight_power: float = Field(default=0.25, ge=0, le=1)
    """Rows weigh (median frequency / frequency of their emoji) to this power."""
    alternatives_spread: float = Field(default=0.5, ge=0, le=1)
    """How evenly an emotion's target covers its emojis; 0 lets the model choose among them."""
    patience: int = Field(default=4, gt=0)
    """Evaluations without a better validation loss before the fit stops."""
    evaluate_every: int = Field(default=500, gt=0)


class NGramRecipe(_Strict):
    """The bag of n-grams beside the encoder, and the fit of its own."""

    buckets: int = Field(default=65536, gt=0)
    width: int = Field(default=64, gt=0)
    logit_weight: float = Field(default=0.5, gt=0, le=1)
    """What its logits count beside those of the encoder."""
    epochs: float = Field(default=2.0, gt=0)
    batch_size: int = Field(default=256, gt=0)
    learning_rate: float = Field(default=4e-3, gt=0)
    embedding_learning_rate: float = Field(default=2e-3, gt=0)

    def fit_recipe(self, beside: FitRecipe) -> FitRecipe:
        """As hyper-parameters of a fit; what is not said here is as it is for the encoder."""
        return beside.model_copy(
            update={
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "learning_rate": self.learning_rate,
                "embedding_learning_rate": self.embedding_learning_rate,
                "weight_decay": 0.0,
                "warmup": 0.0,
            }
        )


class Recipe(_Strict):
    """Everything that decides an artifact, but for the weights of the base checkpoint."""

    name: str
    fit: FitRecipe = FitRecipe()
    ngrams: NGramRecipe | None = None
    """None for the encoder alone."""
    sources: tuple[SourceRecipe, ...]
    validation: tuple[SourceRecipe, ...]
    held_out: tuple[SourceRecipe, ...] = ()
    """Evaluation splits: no text of theirs may be in a training source."""
    emotions: dict[str, tuple[str, ...]] = {}
    """Emotion tag -> the emojis that carry it; a tag that is not here says nothing."""
    prior_source: str | None = None
    """The source whose share of each emoji the artifact starts from; None for what all share."""
    prior_weight: float = Field(default=1.0, ge=0, le=1)
    """How far it goes that way; a crawl's own habits are not everybody's."""
    uniform_prior_weight: float = Field(default=0.0, ge=0, lt=1)
    """The say of a reader who takes all emojis for equally common; see ``model.scores``."""
    precision: float = Field(default=0.4, gt=0, lt=1)
    """The manifest's threshold: from there on the first emoji is the author's own this often."""
    folder: Path = Path()

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Parse a TOML recipe.

        Raises:
            RecipeError: unreadable, not TOML, or a wrong key or value, named.
        """
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls.model_validate({**document, "folder": path.parent})
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise RecipeError(f"{path}: {error}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RecipeError(f"{path}: {where}: {first['msg']}") from None
