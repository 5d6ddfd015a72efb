"""Names of emojis as examples: a JSON object, or a table of names in many languages."""

import json
from collections.abc import Iterator
from pathlib import Path

from model.emoji import canonical, is_emoji
from model.examples import Example
from model.text import clean, has_words
from model.training.data.tables import LANGUAGE, read_table
from model.training.recipe import RecipeError, SourceRecipe

_TABLE_COLUMNS = ("emoji", "label", "tags", LANGUAGE)


def name_examples(source: SourceRecipe, folder: Path) -> list[Example]:
    """Return the names of emojis as texts; emojis with a name in common are alternatives.

    Raises:
        RecipeError: the file is missing, or has not the columns of such a table.
    """
    emojis_of_name: dict[tuple[str, str | None], list[str]] = {}
    for emoji, name, language in _names(source, folder):
        text = clean(name)
        if has_words(text):
            emojis_of_name.setdefault((text, language), []).append(emoji)
    return [
        Example(
            text,
            tuple(dict.fromkeys(emojis)),
            source.name,
            source.weight,
            are_alternatives=len(set(emojis)) > 1,
            language=language,
        )
        for (text, language), emojis in emojis_of_name.items()
    ]


def _names(source: SourceRecipe, folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yield emojis, each with a name and the language of the name."""
    path = folder / str(source.path)
    if not path.exists():
        raise RecipeError(f"source {source.name}: no file {path}")
    if path.suffix == ".json":
        for emoji, names in json.loads(path.read_text(encoding="utf-8")).items():
            yield from ((emoji, name, source.language) for name in names)
        return
    table = read_table(path)
    missing = [name for name in _TABLE_COLUMNS if name not in table.column_names]
    if missing:
        raise RecipeError(f"source {source.name}: no column {missing[0]}")
    for row in table.select(list(_TABLE_COLUMNS)).to_pylist():
        is_wanted = not source.languages or row[LANGUAGE] in source.languages
        if is_wanted and is_emoji(row["emoji"]):
            names = dict.fromkeys([row["label"], *(row["tags"] or ())])
            yield from ((canonical(row["emoji"]), name, row[LANGUAGE]) for name in names if name)
