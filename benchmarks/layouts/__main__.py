"""The layouts of an artifact beside its own predictor, each read by the library that it is for.

``python -m benchmarks.layouts`` needs the ``dev`` extra, ``make node optimum`` and
``../shared/data``; four minutes on two cores. ``--json`` writes what ``model export --figures``
puts on the card.
"""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.command_line import run_benchmark
from benchmarks.layouts.readers import READERS, ROOT, missing
from model import Predictor
from model.training.data.splits import Split, read_split
from model.training.layouts.card import figures_table
from model.training.layouts.figures import LayoutFigures, compare
from model.training.layouts.layout_format import LayoutFormat
from model.training.layouts.write import write_layouts
from model.training.recipe import Recipe

SPLITS = ("emoji_tweets", "tweets_2020", "semeval_es", "telegram_ru")


def main(
    texts: Annotated[int, typer.Option(help="Texts of each set.")] = 500,
    model: Annotated[str | None, typer.Option(help="Folder or Hub id of the artifact.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for --figures.")] = False,
) -> None:
    """Print hit@5 and the agreement of the five."""
    predictor = Predictor.load(model)
    readable = [each for each in LayoutFormat if missing(each) is None]
    recipe = Recipe.read(ROOT / "recipes/default.toml")
    sources = [source for source in recipe.held_out if source.name in SPLITS]
    splits = [read_split(recipe, s.model_copy(update={"limit": texts})) for s in sources]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "layouts"
        write_layouts(predictor.artifact, readable, folder)
        rows = [row for each in readable for row in _measure(predictor, each, folder, splits)]
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=1))
    else:
        Console().print(figures_table(rows), soft_wrap=True)


def _measure(
    predictor: Predictor, layout: LayoutFormat, folder: Path, splits: list[Split]
) -> list[LayoutFigures]:
    texts = [text for split in splits for text in split.texts]
    answers = READERS[layout](folder, texts)
    own = [[p.emoji for p in five] for five in predictor.predict(texts)]
    rows, start = [], 0
    for split in splits:
        part = slice(start, start + len(split.texts))
        start = part.stop
        figures = compare(answers.emojis[part], own[part], split.truth)
        rows.append(
            LayoutFigures.model_validate(
                {
                    "version": predictor.version,
                    "format": layout,
                    "read_by": answers.read_by,
                    "split": split.name,
                    **figures,
                }
            )
        )
    return rows


if __name__ == "__main__":
    run_benchmark(main)
