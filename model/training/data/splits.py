"""Evaluation splits: labelled texts, read as a recipe describes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from model.text import clean, has_words
from model.training.data.sources import row_emojis
from model.training.data.tables import LANGUAGE, limit_languages, read_rows, read_table
from model.training.recipe import Recipe, RecipeError, SourceRecipe

_UNDETERMINED = "und"
"""BCP 47's code of an unknown language."""


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
    languages: Sequence[str | None] = ()
    """Language of each text, None if unknown; empty if all are unknown."""

    @property
    def language(self) -> str | None:
        """The language of all texts; None if they are of several, or of unknown ones."""
        languages = set(self.languages)
        return languages.pop() if len(languages) == 1 else None

    def texts_by_language(self, min_texts: int) -> dict[str, list[int]]:
        """Return the indices of the texts of each language that has enough, most texts first."""
        found: dict[str, list[int]] = {}
        for i, language in enumerate(self.languages):
            if language not in (None, _UNDETERMINED):
                found.setdefault(language, []).append(i)
        by_size = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return {language: texts for language, texts in by_size if len(texts) >= min_texts}


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
    rows = read_rows(source, recipe.folder, recipe.fit.seed)
    pairs = ((row, _truth(row, source)) for row in rows)
    known = ((row, truth) for row, truth in pairs if truth and has_words(clean(row[source.text])))
    few = limit_languages(known, source.limit_per_language, lambda pair: pair[0].get(LANGUAGE))
    kept = list(islice(few, source.limit))
    if not kept:
        raise RecipeError(f"{source.name}: no text with words and with {source.label}")
    truths = [truth for _, truth in kept]
    is_closed = source.kind == "label"
    candidates = frozenset(e for truth in truths for e in truth) if is_closed else None
    texts = [row[source.text] for row, _ in kept]
    languages = [row.get(LANGUAGE) or source.language for row, _ in kept]
    return Split(source.name, source.kind == "emotion", texts, truths, candidates, languages)


def _truth(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    if source.kind != "emotion":
        return tuple(e for e in row_emojis(row, source) if _is_label(e, source))
    tags = row[source.label]
    if isinstance(tags, str):
        return (tags,)
    return tuple(tags) if isinstance(tags, Iterable) else ()


def _is_label(emoji: str, source: SourceRecipe) -> bool:
    return emoji not in source.exclude_emojis and (
        not source.only_emojis or emoji in source.only_emojis
    )
