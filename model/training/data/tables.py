"""Reading of tables: files and Hub datasets to rows."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from model.training.recipe import RecipeError, SourceRecipe

_Item = TypeVar("_Item")


class MissingSource(RecipeError):
    """The rows of a source are not here, and cannot be fetched."""


LANGUAGE = "lang"
"""Column of a row's language."""
SPLIT = "split"
"""Column of a row's split, in a table that holds several."""


def read_rows(source: SourceRecipe, folder: Path, seed: int) -> list[dict[str, Any]]:
    """Return the rows of a source after its filters, shuffled with ``seed``.

    Raises:
        MissingSource: there is no such file, or the Hub does not give it.
        RecipeError: it is not the table that the source describes.
    """
    rows = _table(source, folder)
    if source.languages:
        rows = [row for row in rows if row[LANGUAGE] in source.languages]
    rows = [row for row in rows if row.get(SPLIT, source.split) == source.split]
    if source.exclude_text:
        rows = [row for row in rows if source.exclude_text not in row[source.text_columns[0]]]
    random.Random(seed).shuffle(rows)  # noqa: S311 - not for secrets
    return rows


def limit_languages(
    items: Iterable[_Item], limit: int | None, language_of: Callable[[_Item], str | None]
) -> Iterator[_Item]:
    """Yield at most ``limit`` items of each language; all if it is None."""
    counts: Counter[str | None] = Counter()
    for item in items:
        language = language_of(item)
        counts[language] += 1
        if limit is None or counts[language] <= limit:
            yield item


def _table(source: SourceRecipe, folder: Path) -> list[dict[str, Any]]:
    if source.path is not None and (folder / source.path).exists():
        return _columns_of(read_table(folder / source.path), source)
    if source.hub is not None:
        return _columns_of(_hub_table(source, source.hub), source)
    raise MissingSource(f"source {source.name}: no file {folder / str(source.path)}")


def _hub_table(source: SourceRecipe, name: str) -> Any:  # noqa: ANN401 - untyped
    from datasets import load_dataset  # takes a second that local files need not wait for

    repository, _, configuration = name.partition(":")
    try:
        return load_dataset(repository, configuration or None, split=source.split)
    except (OSError, ValueError) as error:  # no network; no such dataset, configuration or split
        cause = type(error).__name__
        raise MissingSource(
            f"source {source.name}: {name} was not downloaded from the Hub ({cause})"
        ) from error


def _columns_of(table: Any, source: SourceRecipe) -> list[dict[str, Any]]:  # noqa: ANN401 - untyped
    """Return the needed columns of a table of pyarrow or of datasets as rows."""
    required = (*source.text_columns, *([LANGUAGE] if source.languages else ()))
    missing = [name for name in required if name not in table.column_names]
    if missing:
        raise RecipeError(f"source {source.name}: no column {missing[0]}")
    wanted = {*source.text_columns, *source.label_columns, LANGUAGE, SPLIT}
    kept = [name for name in table.column_names if name in wanted]
    if hasattr(table, "select_columns"):
        rows: list[dict[str, Any]] = table.select_columns(kept).to_list()
        return rows
    return list(table.select(kept).to_pylist())


def read_table(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    """Read a Parquet, CSV, TSV or JSON Lines file as a pyarrow table.

    TSV has no quotes: a tab and the end of a line are the only special characters.

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
        if path.suffix == ".tsv":
            without_quotes = csv.ParseOptions(delimiter="\t", quote_char=False)
            return csv.read_csv(path, parse_options=without_quotes)
        if path.suffix in (".jsonl", ".json"):
            return json.read_json(path)
        return parquet.read_table(path)
    except ArrowInvalid as error:
        raise RecipeError(f"{path} is no table: {str(error).splitlines()[0]}") from error
