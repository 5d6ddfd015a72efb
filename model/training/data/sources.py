"""Reading of sources: tables to examples by inline emojis, labels, emotion tags or names."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from model.emoji import canonical, find_emojis, is_emoji
from model.examples import Example
from model.text import clean, dedup_key, dedup_key_of_cleaned, has_words
from model.training.recipe import Recipe, RecipeError, SourceRecipe

_MAX_INLINE_EMOJIS = 5
"""A text with more kinds of emoji is evidence of none of them."""


def read_rows(source: SourceRecipe, folder: Path, seed: int) -> list[dict[str, Any]]:
    """Return the rows of a source after its filters, shuffled with ``seed``.

    Raises:
        RecipeError: the file is missing, or is not the table that the source describes.
    """
    rows = _table(source, folder)
    if source.languages:
        rows = [row for row in rows if row["lang"] in source.languages]
    if source.exclude_text:
        rows = [row for row in rows if source.exclude_text not in row[source.text]]
    random.Random(seed).shuffle(rows)  # noqa: S311 - not for secrets
    return rows


def _table(source: SourceRecipe, folder: Path) -> list[dict[str, Any]]:
    if source.path is not None and (folder / source.path).exists():
        return _columns_of(read_table(folder / source.path), source)
    if source.hub is not None:
        from datasets import load_dataset  # takes a second that local files need not wait for

        repository, _, configuration = source.hub.partition(":")
        return _columns_of(
            load_dataset(repository, configuration or None, split=source.split), source
        )
    raise RecipeError(f"source {source.name}: no file {folder / str(source.path)}")


def _columns_of(table: Any, source: SourceRecipe) -> list[dict[str, Any]]:  # noqa: ANN401 - untyped
    """Return the needed columns of a table of pyarrow or of datasets as rows."""
    if source.text not in table.column_names:
        raise RecipeError(f"source {source.name}: no column {source.text}")
    kept = [name for name in table.column_names if name in _columns(source)]
    if hasattr(table, "select_columns"):
        rows: list[dict[str, Any]] = table.select_columns(kept).to_list()
        return rows
    return list(table.select(kept).to_pylist())


def read_table(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    """Read a Parquet, CSV or JSON Lines file as a pyarrow table.

    Raises:
        RecipeError: the file is none of them.
    """
    from pyarrow import ArrowInvalid, csv, json, parquet

    try:
        if path.suffix == ".csv":
            as_text = csv.ConvertOptions(
                column_types=dict.fromkeys(("text", "emoji", "emotions"), "string")
            )
            return csv.read_csv(
                path,
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=as_text,
            )
        if path.suffix in (".jsonl", ".json"):
            return json.read_json(path)
        return parquet.read_table(path)
    except ArrowInvalid as error:
        raise RecipeError(f"{path} is no table: {str(error).splitlines()[0]}") from error


def _columns(source: SourceRecipe) -> set[str]:
    return {source.text, source.label, "lang"}


def _inline(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    found = dict.fromkeys(find_emojis(row[source.text]))
    return tuple(found) if len(found) <= _MAX_INLINE_EMOJIS else ()


def row_emojis(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    """Return the emojis of a row of kind ``inline`` or ``label``, canonical and distinct."""
    label = row[source.label] if source.kind == "label" else None
    return (canonical(label),) if label and is_emoji(label) else _inline(row, source)


def _examples_of(
    row: dict[str, Any], text: str, source: SourceRecipe, emotions: dict[str, tuple[str, ...]]
) -> Iterator[Example]:
    lowered = text.lower()
    if not has_words(text) or any(word in lowered for word in source.exclude_words):
        return
    if source.kind == "emotion":
        known = [emotions[tag] for tag in row[source.label] if tag in emotions]
        for emojis in known:
            yield Example(
                text, emojis, source.name, source.weight / len(known), are_alternatives=True
            )
        return
    kept = tuple(emoji for emoji in row_emojis(row, source) if emoji not in source.exclude_emojis)
    if kept:
        yield Example(text, kept, source.name, source.weight)


def name_examples(source: SourceRecipe, folder: Path) -> list[Example]:
    """Return the names of emojis as texts; those with a name in common are alternatives.

    Raises:
        RecipeError: the file is missing.
    """
    path = folder / str(source.path)
    if not path.exists():
        raise RecipeError(f"source {source.name}: no file {path}")
    emojis_of_name: dict[str, list[str]] = {}
    for emoji, names in json.loads(path.read_text(encoding="utf-8")).items():
        for name in names:
            if has_words(clean(name)):
                emojis_of_name.setdefault(clean(name), []).append(emoji)
    return [
        Example(
            name,
            tuple(dict.fromkeys(emojis)),
            source.name,
            source.weight,
            are_alternatives=len(emojis) > 1,
        )
        for name, emojis in emojis_of_name.items()
    ]


def load_examples(
    recipe: Recipe, sources: Iterable[SourceRecipe], exclude: Iterable[str] = ()
) -> list[Example]:
    """Return the examples of the sources in order, each text once, without those in ``exclude``.

    ``exclude`` holds keys (``model.text.dedup_key``); a text without letters has none and is kept.

    Raises:
        RecipeError: the file of a source is missing, and it names no Hub dataset.
    """
    seen = set(exclude)
    examples: list[Example] = []
    for source in sources:
        if source.kind == "names":
            examples += name_examples(source, recipe.folder)
            continue
        end = None if source.limit is None else source.skip + source.limit
        fresh = _fresh(read_rows(source, recipe.folder, recipe.fit.seed), source, seen)
        by_text = (list(_examples_of(row, text, source, recipe.emotions)) for row, text in fresh)
        for text_examples in islice(filter(None, by_text), source.skip, end):
            examples += text_examples
    return examples


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
            row[s.text]
            for s in text_sources
            for row in read_rows(s, recipe.folder, recipe.fit.seed)
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
