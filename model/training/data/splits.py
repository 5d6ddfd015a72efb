"""Evaluation splits: labelled texts, read as a recipe describes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from model.text import clean, has_words
from model.training.data.sources import row_emojis
from model.training.data.tables import read_rows, read_table
from model.training.recipe import Recipe, RecipeError, SourceRecipe


@dataclass(frozen=True, slots=True)
class Split:
    """Texts with their ground truth."""

    name: str
    has_emotions: bool
    """True if the truth is emotion tags, not emojis."""
    texts: list[str] = field(repr=False)
    truth: list[tuple[str, ...]]
    """The author's emojis, or the emotion tags, of each text."""
    candidates: frozenset[str] | None
    """The labels of a set that has a fixed list of them; None for all emojis."""


def file_split_recipe(path: Path, baseline: str | None) -> SourceRecipe:
    """Describe a user's own Parquet, CSV or JSON Lines file as a source.

    It has a column ``text``, and either ``emoji``, or ``emotions`` (a list, or one tag), or the
    emojis inside the text. ``baseline`` is the source that baselines are fitted on.

    Raises:
        RecipeError: it is no table, or has no column ``text``.
    """
    columns = read_table(path).column_names
    if "text" not in columns:
        raise RecipeError(f"{path} has no column text, but {', '.join(columns)}")
    kind = "emotion" if "emotions" in columns else "label" if "emoji" in columns else "inline"
    label = "emotions" if kind == "emotion" else "emoji"
    return SourceRecipe.model_validate(
        {
            "name": path.stem,
            "kind": kind,
            "path": str(path.absolute()),
            "label": label,
            "baseline": baseline,
        }
    )


def read_split(recipe: Recipe, source: SourceRecipe) -> Split:
    """Read an evaluation split; rows without words or without a known truth are left out.

    Raises:
        RecipeError: the file is missing, or no row has words and a truth.
    """
    rows = read_rows(source, recipe.folder, recipe.fit.seed)[: source.limit]
    pairs = [(row[source.text], _truth(row, source)) for row in rows]
    kept = [(text, truth) for text, truth in pairs if truth and has_words(clean(text))]
    if not kept:
        raise RecipeError(f"{source.name}: no text with words and with {source.label}")
    truths = [truth for _, truth in kept]
    is_closed = source.kind == "label"
    candidates = frozenset(e for truth in truths for e in truth) if is_closed else None
    return Split(source.name, source.kind == "emotion", [t for t, _ in kept], truths, candidates)


def _truth(row: dict[str, object], source: SourceRecipe) -> tuple[str, ...]:
    if source.kind != "emotion":
        return tuple(e for e in row_emojis(row, source) if e not in source.exclude_emojis)
    tags = row[source.label]
    if isinstance(tags, str):
        return (tags,)
    return tuple(tags) if isinstance(tags, Iterable) else ()
