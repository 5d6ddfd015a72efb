"""Reading of sources: tables to examples by their kind."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from model.emoji import canonical, find_emojis, is_emoji
from model.examples import Example
from model.text import clean, dedup_key, dedup_key_of_cleaned, has_words
from model.training.data.names import name_examples
from model.training.data.pairs import pair_examples
from model.training.data.tables import LANGUAGE, limit_languages, read_rows, read_table
from model.training.recipe import Recipe, RecipeError, SourceRecipe

_MAX_INLINE_EMOJIS = 5
"""A text with more kinds of emoji is evidence of none of them."""


def _inline(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    found = dict.fromkeys(find_emojis(row[source.text]))
    return tuple(found) if len(found) <= _MAX_INLINE_EMOJIS else ()


def row_emojis(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    """Return the emojis of a row of kind ``inline`` or ``label``, canonical and distinct.

    Raises:
        RecipeError: a numbered label has no emoji in the recipe.
    """
    label = row[source.label] if source.kind == "label" else None
    if source.labels and isinstance(label, int):
        if not 0 <= label < len(source.labels):
            raise RecipeError(f"source {source.name}: labels: none for the number {label}")
        label = source.labels[label]
    return (canonical(label),) if label and is_emoji(label) else _inline(row, source)


def _examples_of(
    row: dict[str, Any], text: str, source: SourceRecipe, emotions: dict[str, tuple[str, ...]]
) -> Iterator[Example]:
    lowered = text.lower()
    if not has_words(text) or any(word in lowered for word in source.exclude_words):
        return
    language = row.get(LANGUAGE) or source.language
    if source.kind == "emotion":
        tags = row[source.label]
        known = [
            emotions[tag] for tag in ([tags] if isinstance(tags, str) else tags) if tag in emotions
        ]
        for emojis in known:
            weight = source.weight / len(known)
            yield Example(
                text, emojis, source.name, weight, are_alternatives=True, language=language
            )
        return
    kept = tuple(emoji for emoji in row_emojis(row, source) if emoji not in source.exclude_emojis)
    if kept:
        yield Example(text, kept, source.name, source.weight, language=language)


def load_examples(
    recipe: Recipe, sources: Iterable[SourceRecipe], exclude: Iterable[str] = ()
) -> list[Example]:
    """Return the examples of the sources in order, each text once, without those in ``exclude``.

    Those in other languages than the recipe's are left out.

    ``exclude`` holds keys (``model.text.dedup_key``); a text without letters has none and is kept.

    Raises:
        RecipeError: the file of a source is missing, and it names no Hub dataset.
    """
    held_out = frozenset(exclude)
    seen = set(held_out)
    examples: list[Example] = []
    for source in sources:
        if source.kind == "names":
            examples += name_examples(source, recipe.folder)
            continue
        rows = read_rows(source, recipe.folder, recipe.fit.seed)
        end = None if source.limit is None else source.skip + source.limit
        if source.kind == "pairs":
            by_row = (pair_examples(row, source, held_out, seen) for row in rows)
        else:
            fresh = _fresh(rows, source, seen)
            by_row = (list(_examples_of(row, text, source, recipe.emotions)) for row, text in fresh)
        by_text = limit_languages(
            filter(None, by_row), source.limit_per_language, lambda examples: examples[0].language
        )
        for row_examples in islice(by_text, source.skip, end):
            examples += row_examples
    return [x for x in examples if not recipe.languages or x.language in recipe.languages]


def _fresh(
    rows: Iterable[dict[str, Any]], source: SourceRecipe, seen: set[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield rows with their cleaned texts, each text once; add their keys to ``seen``."""
    for row in rows:
        text = clean(row[source.text])
        key = dedup_key_of_cleaned(text)
        if key in seen:
            continue
        if key:
            seen.add(key)
        yield row, text


def read_unlabelled_texts(recipe: Recipe, files: Sequence[Path], limit: int | None) -> list[str]:
    """Return the cleaned texts of files, or of the recipe's sources if there are none; each once.

    Texts of the recipe's evaluation splits are left out unless files are given.

    Raises:
        RecipeError: a file is no table with a column ``text``, or a source is missing.
    """
    text_sources = [source for source in recipe.sources if source.kind != "names"]
    found = (
        (line for file in files for line in _lines(file))
        if files
        else (
            row[column]
            for s in text_sources
            for row in read_rows(s, recipe.folder, recipe.fit.seed)
            for column in s.text_columns
        )
    )
    # The recipe's data may be missing where files are given.
    seen = set() if files else read_held_out_keys(recipe)
    texts: list[str] = []
    for text in map(clean, found):
        key = dedup_key_of_cleaned(text)
        if has_words(text) and key not in seen:
            seen.add(key)
            texts.append(text)
    random.Random(recipe.fit.seed).shuffle(texts)  # noqa: S311 - not for secrets
    return texts[:limit]


def _lines(path: Path) -> list[str]:
    if path.suffix == ".txt":
        return path.read_text(encoding="utf-8").splitlines()
    table = read_table(path)
    if "text" not in table.column_names:
        raise RecipeError(f"{path} has no column text")
    return [text for text in table.column("text").to_pylist() if text]


def read_held_out_keys(recipe: Recipe) -> set[str]:
    """Return the dedup keys of all evaluation and validation texts of the recipe."""
    return {
        dedup_key(row[source.text])
        for source in (*recipe.held_out, *recipe.validation)
        for row in read_rows(source, recipe.folder, recipe.fit.seed)
    } - {""}
