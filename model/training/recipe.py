"""Recipe of a training run: data and hyper-parameters, from TOML with known keys alone."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model.manifest import describe_error
from model.training.recipe_file import read_document


class RecipeError(ValueError):
    """A recipe that cannot be used; the message is one line that names the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRecipe(_Strict):
    """One dataset, and how its columns become examples."""

    name: str
    kind: Literal["inline", "label", "emotion", "names", "pairs"]
    """Emojis inside the text; one emoji in a column; emotion tags in a column; names of emojis, a
    JSON object or a table (``emoji``, ``label``, ``tags``, ``lang``); pairs of translations
    (``source``, ``target``, ``lang``), whose target is a teacher's answer to the source side."""
    path: str | None = None
    """A Parquet, CSV, TSV or JSON Lines file, relative to the recipe."""
    hub: str | None = None
    """A Hub dataset, ``ID`` or ``ID:CONFIGURATION``, used if ``path`` is None or missing."""
    split: str = "train"
    """Split of the Hub dataset; of a file with a column ``split``, the rows to keep."""
    text: str = "text"
    label: str = "emoji"
    """Column of the emoji (kind ``label``), or of the emotion or list of emotions (``emotion``)."""
    labels: tuple[str, ...] = ()
    """Emojis of numbered labels, as the Hub has them; empty if the column holds emojis."""
    languages: tuple[str, ...] = ()
    """Values of the column ``lang`` to keep; empty keeps all."""
    language: str | None = None
    """Language of texts without a value in ``lang``; of pairs, of their source side (``en``)."""
    skip: int = Field(default=0, ge=0)
    """Texts to skip, after shuffling and deduplication."""
    limit: int | None = Field(default=None, gt=0)
    """Texts to take after the skipped ones; None for all."""
    limit_per_language: int | None = Field(default=None, gt=0)
    """Texts of each language to take, before ``skip`` and ``limit`` count them; None for all."""
    weight: float = Field(default=1.0, gt=0)
    exclude_emojis: tuple[str, ...] = ()
    """Emojis that are not labels of this source; a row without another label is left out."""
    only_emojis: tuple[str, ...] = ()
    """Emojis that are the labels of this evaluation split; empty for all."""
    exclude_words: tuple[str, ...] = ()
    """Lower-case words; a row with one of them is left out."""
    exclude_text: str = ""
    """A row with this in its text, before cleaning, is left out."""
    baseline: str | None = None
    """Source that the baselines of this split are fitted on; None for the one of the same name."""
    published: str | None = None
    """File of published predictions for this split: a label number for each row of ``path``."""
    leaked_emojis: tuple[str, ...] = ()
    """Emojis that left U+FE0F in the texts from which they were removed."""

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns with texts."""
        return ("source", "target") if self.kind == "pairs" else (self.text,)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """Columns with emojis or emotions; a source of another kind may lack them."""
        return () if self.kind == "pairs" else (self.label,)

    @property
    def is_labelled(self) -> bool:
        """True if people chose the emojis or emotions of its texts."""
        return self.kind not in ("names", "pairs")

    @model_validator(mode="after")
    def _require_location(self) -> "SourceRecipe":
        if self.path is None and self.hub is None:
            raise ValueError("needs a path or a hub id")
        return self


class FitRecipe(_Strict):
    """Hyper-parameters of the fit."""

    base: str = "sentence-transformers/all-MiniLM-L6-v2"
    seed: int = 20
    epochs: float = Field(default=1.0, gt=0)
    batch_size: int = Field(default=64, gt=0)
    max_batch_tokens: int | None = Field(default=None, gt=0)
    """Tokens in a batch with padding, in place of ``batch_size``: texts in it are of one length."""
    max_tokens: int = Field(default=48, gt=2, le=512)
    learning_rate: float = Field(default=2e-4, gt=0)
    embedding_learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.04, ge=0, le=1)
    """Share of the steps in which the learning rate rises."""
    layers: int | None = Field(default=None, gt=0)
    """Layers of the base checkpoint to keep, evenly spaced up to the last; None for all."""
    vocabulary_size: int | None = Field(default=None, gt=200)
    """Tokens of the tokenizer to keep, those that the training texts use most; None for all."""
    freeze_embeddings: bool = False
    """Keep the token embeddings as they are: with a large vocabulary, most of a step on a CPU."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Of the encoder. In one pass over noisy labels it costs more than it regularises."""
    token_dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of a text's tokens that are masked in training, at random in each pass."""
    min_count: int = Field(default=20, gt=0)
    """Emojis of fewer training examples get an embedding from their name."""
    class_weight_power: float = Field(default=0.25, ge=0, le=1)
    """Examples weigh (median frequency / frequency of their emoji) to this power."""
    alternatives_spread: float = Field(default=0.5, ge=0, le=1)
    """Evenness of the target over the emojis of an emotion; 0 for the model's own distribution."""
    start_share: float = Field(default=0.0, ge=0, lt=1)
    """Share of the weights before the fit in the mean of them and the fitted ones."""
    patience: int = Field(default=4, gt=0)
    """Evaluations without a lower validation loss after which the fit stops."""
    evaluate_every: int = Field(default=500, gt=0)
    """Steps."""


class TeacherRecipe(_Strict):
    """A larger network whose answers are part of the targets (knowledge distillation)."""

    checkpoint: str
    """Folder, relative to the recipe, or Hub id, with an emoji head beside the encoder."""
    languages: tuple[str, ...] = ()
    """Languages whose texts it answers; empty for all."""


class DistillationRecipe(_Strict):
    """Use of the teachers' answers; of several for one text, the mean is used."""

    weight: float = Field(default=0.5, gt=0, le=1)
    """Their share of the target of a labelled text. An unlabelled one has no other target."""
    batch_tokens: int = Field(default=16384, gt=0)
    """Tokens that a teacher reads at once."""


class NGramRecipe(_Strict):
    """N-gram bag beside the encoder, and the hyper-parameters of its fit."""

    buckets: int = Field(default=65536, gt=0)
    width: int = Field(default=64, gt=0)
    logit_weight: float = Field(default=0.5, gt=0, le=1)
    """Factor of its logits when they are added to the encoder's."""
    epochs: float = Field(default=2.0, gt=0)
    batch_size: int = Field(default=256, gt=0)
    learning_rate: float = Field(default=4e-3, gt=0)
    embedding_learning_rate: float = Field(default=2e-3, gt=0)

    def fit_recipe(self, encoder_recipe: FitRecipe) -> FitRecipe:
        """Return the recipe of the bag's fit; other values are those of the encoder's fit."""
        return encoder_recipe.model_copy(
            update={
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "max_batch_tokens": None,
                "learning_rate": self.learning_rate,
                "embedding_learning_rate": self.embedding_learning_rate,
                "weight_decay": 0.0,
                "warmup": 0.0,
            }
        )


class Recipe(_Strict):
    """Everything that determines an artifact but the weights of the base checkpoint."""

    name: str
    fit: FitRecipe = FitRecipe()
    ngrams: NGramRecipe | None = None
    """None for the encoder alone."""
    teachers: tuple[TeacherRecipe, ...] = ()
    distillation: DistillationRecipe = DistillationRecipe()
    sources: tuple[SourceRecipe, ...]
    validation: tuple[SourceRecipe, ...]
    held_out: tuple[SourceRecipe, ...] = ()
    """Evaluation splits, whose texts are left out of the training sources."""
    languages: tuple[str, ...] = ()
    """Languages of the examples to train and validate on; empty for all, unknown ones included."""
    emotions: dict[str, tuple[str, ...]] = {}
    """Emotion tag -> emojis that carry it; other tags are ignored."""
    prior_weights: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    """Source -> factor of its label prior, which is added to the shared one; empty for the shared
    one alone. Each crawl has habits of its own: two of them mixed have less of either."""
    uniform_prior_weight: float = Field(default=0.0, ge=0, lt=1)
    """Weight of predictions under a uniform prior; see ``model.scores.log_scores``."""
    precision: float = Field(default=0.4, gt=0, lt=1)
    """Share of texts at or above the confidence threshold whose first emoji is the author's."""
    folder: Path = Path()
    """Folder of the recipe, to which paths are relative."""

    @model_validator(mode="after")
    def _require_teachers_of_pairs(self) -> "Recipe":
        pairs = [source.name for source in self.sources if source.kind == "pairs"]
        if pairs and not self.teachers:
            raise ValueError(f"teachers: source {pairs[0]} of kind pairs needs one to answer it")
        unfit = [s.name for s in (*self.validation, *self.held_out) if s.kind == "pairs"]
        if unfit:
            raise ValueError(f"validation: source {unfit[0]} of kind pairs has no labels")
        return self

    @model_validator(mode="after")
    def _know_prior_sources(self) -> "Recipe":
        unknown = self.prior_weights.keys() - {source.name for source in self.sources}
        if unknown:
            raise ValueError(f"prior_weights: no source {min(unknown)}")
        return self

    def locate_checkpoint(self, name: str) -> str:
        """Return the path of a checkpoint folder relative to the recipe; else the name, a Hub id.

        Raises:
            RecipeError: the name is that of a folder that does not exist.
        """
        if (self.folder / name).is_dir():
            return str(self.folder / name)
        if name.startswith((".", "/")):
            raise RecipeError(
                f"no checkpoint {self.folder / name}; train it first, or name another base (--base)"
            )
        return name

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Parse a TOML recipe, with the files that it includes.

        Raises:
            RecipeError: a file is unreadable or not TOML, or a key or value is wrong and named.
        """
        try:
            return cls.model_validate({**read_document(path), "folder": path.parent})
        except ValidationError as error:
            reason = describe_error(error).replace("Value error, ", "", 1)
            raise RecipeError(f"{path}: {reason}") from None
        except OSError as error:
            raise RecipeError(f"{error.filename or path}: {error.strerror or error}") from error
        except ValueError as error:
            raise RecipeError(f"{path}: {error}") from error
