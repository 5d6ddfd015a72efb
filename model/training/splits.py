"""Labelled texts to evaluate on, read as a recipe describes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from model.text import clean, has_words
from model.training.recipe import Recipe, SourceRecipe
from model.training.sources import emojis_of, read_rows


@dataclass(frozen=True, slots=True)
class Split:
    """Texts and what is known of each: the emojis used, or the emotion tags."""

    name: str
    emotions: bool
    texts: list[str] = field(repr=False)
    truth: list[tuple[str, ...]]
    candidates: frozenset[str] | None
    """A set with a fixed list of labels is answered from that list; None for all emojis."""


def read_split(recipe: Recipe, source: SourceRecipe) -> Split:
    """One evaluation split; rows without words or without a known truth are left out.

    Raises:
        RecipeError: the file is missing.
    """
    rows = read_rows(source, recipe.folder, recipe.fit.seed)[: source.limit]
    pairs = [(row[source.text], _truth(row, source)) for row in rows]
    kept = [(text, truth) for text, truth in pairs if truth and has_words(clean(text))]
    truths = [truth for _, truth in kept]
    fixed = source.kind == "label"
    candidates = frozenset(e for truth in truths for e in truth) if fixed else None
    return Split(source.name, source.kind == "emotion", [t for t, _ in kept], truths, candidates)


def _truth(row: dict[str, object], source: SourceRecipe) -> tuple[str, ...]:
    if source.kind != "emotion":
        return tuple(e for e in emojis_of(row, source) if e not in source.drop)
    tags = row[source.label]
    return tuple(tags) if isinstance(tags, Iterable) else ()
