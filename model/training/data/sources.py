"""Data sets to examples: emojis inline, as a label, behind emotion tags, or by their names."""

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

_MAX_INLINE = 5  # a text with more kinds of emoji says little about any of them


def read_rows(source: SourceRecipe, folder: Path, seed: int) -> list[dict[str, Any]]:
    """The rows of a source after the filters, shuffled.

    Raises:
        RecipeError: there is no such file, or it is not the table that the source describes.
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
    """Rows of a table of pyarrow's or of datasets'."""
    if source.text not in table.column_names:
        raise RecipeError(f"source {source.name}: no column {source.text}")
    kept = [name for name in table.column_names if name in _columns(source)]
    if hasattr(table, "select_columns"):
        rows: list[dict[str, Any]] = table.select_columns(kept).to_list()
        return rows
    return list(table.select(kept).to_pylist())


def read_table(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    """A Parquet, CSV or JSON Lines file as pyarrow's table.

    Raises:
        RecipeError: it is none of them.
    """
    from pyarrow import ArrowInvalid, csv, json, parquet

    try:
        if path.suffix == ".csv":
            words = csv.ConvertOptions(
                column_types=dict.fromkeys(("text", "emoji", "emotions"), "string")
            )
            return csv.read_csv(
                path,
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=words,
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
    return tuple(found) if len(found) <= _MAX_INLINE else ()


def row_emojis(row: dict[str, Any], source: SourceRecipe) -> tuple[str, ...]:
    """The emojis of a row of kind ``inline`` or ``label``, canonical and distinct."""
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
            yield Example(text, emojis, source.name, source.weight / len(known), any_fits=True)
        return
    kept = tuple(emoji for emoji in row_emojis(row, source) if emoji not in source.exclude_emojis)
    if kept:
        yield Example(text, kept, source.name, source.weight)


def name_examples(source: SourceRecipe, folder: Path) -> list[Example]:
    """What emojis are called, as texts; a word of several emojis fits any of them.

    Raises:
        RecipeError: the file is missing.
    """
    path = folder / str(source.path)
    if not path.exists():
        raise RecipeError(f"source {source.name}: no file {path}")
    called: dict[str, list[str]] = {}
    for emoji, words in json.loads(path.read_text(encoding="utf-8")).items():
        for word in words:
            if has_words(clean(word)):
                called.setdefault(clean(word), []).append(emoji)
    return [
        Example(
            word, tuple(dict.fromkeys(emojis)), source.name, source.weight, any_fits=len(emojis) > 1
        )
        for word, emojis in called.items()
    ]


def load_examples(
    recipe: Recipe, sources: Iterable[SourceRecipe], exclude: Iterable[str] = ()
) -> list[Example]:
    """Examples of the sources in order, each text once, none whose key is in ``exclude``.

    Keys are ``model.text.dedup_key``; a text without letters has none and is kept.

    Raises:
        RecipeError: a source's file is missing and it names no Hub data set.
    """
    taken = set(exclude)
    examples: list[Example] = []
    for source in sources:
        if source.kind == "names":
            examples += name_examples(source, recipe.folder)
            continue
        end = None if source.limit is None else source.skip + source.limit
        fresh = _fresh(read_rows(source, recipe.folder, recipe.fit.seed), source, taken)
        found = (list(_examples_of(row, text, source, recipe.emotions)) for row, text in fresh)
        for several in islice((each for each in found if each), source.skip, end):
            examples += several
    return examples


def _fresh(
    rows: Iterable[dict[str, Any]], source: SourceRecipe, taken: set[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows with their cleaned texts, each text once; ``taken`` grows by their keys."""
    for row in rows:
        text = clean(row[source.text])
        key = dedup_key_of_cleaned(text)
        if key in taken:
            continue
        if key:
            taken.add(key)
        yield row, text


def read_unlabelled_texts(recipe: Recipe, files: Sequence[Path], limit: int | None) -> list[str]:
    """Cleaned texts of files, or of the recipe's sources where there are none; each once.

    No text of an evaluation split is among them.

    Raises:
        RecipeError: a file is no table with a column ``text``, or a source is missing.
    """
    plain = [source for source in recipe.sources if source.kind != "names"]
    found = (
        (line for file in files for line in _lines(file))
        if files
        else (row[s.text] for s in plain for row in read_rows(s, recipe.folder, recipe.fit.seed))
    )
    # Somebody with files alone may lack the recipe's data.
    taken = set() if files else read_held_out_keys(recipe)
    texts: list[str] = []
    for text in map(clean, found):
        key = dedup_key_of_cleaned(text)
        if has_words(text) and key not in taken:
            taken.add(key)
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
    """The dedup keys of every evaluation and validation text of the recipe."""
    return {
        dedup_key(row[source.text])
        for source in (*recipe.held_out, *recipe.validation)
        for row in read_rows(source, recipe.folder, recipe.fit.seed)
    } - {""}
