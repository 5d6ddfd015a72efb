"""What silence about laughter costs and saves: reactions to sad and to glad texts.

``python -m benchmarks.gravity`` needs the ``train`` extra and ``../shared/data``; three minutes on one
core. A row is a share of grave emojis among the five from which nothing that laughs is shown
(``bot.core.gravity.GRAVE``); 0 % of "sad" texts laughed at is the aim, and "glad" ones pay for it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from unittest import mock

import typer
from rich.console import Console
from rich.table import Table

from bot.core import gravity
from bot.core.chat_settings.schema import ChatSettings
from bot.core.messages.policy import choose_emojis
from model import Predictor
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, SAD_OR_FEARFUL_EMOTIONS, emojis_carrying
from model.predictor import Prediction
from model.training.data.splits import read_split
from model.training.recipe import Recipe

SHARES = (None, 0.3, 0.2, 0.15, 0.1)
ROOT = Path(__file__).resolve().parent.parent


def main(
    texts: Annotated[int, typer.Option(help="Texts of each set.")] = 4000,
    model: Annotated[str | None, typer.Option(help="Folder or Hub id of the artifact.")] = None,
) -> None:
    """Print shares of texts."""
    predictor = Predictor.load(model)
    answers = list(_answers(predictor, texts))
    table = Table("grave from", "texts", "number", "shown %", "laughing %", title="reactions")
    for share in SHARES:
        for mood in ("sad", "glad"):
            fives = [five for told, five in answers if told == mood]
            shown = [_shown(five, predictor.threshold, share) for five in fives]
            laughing = sum(emoji in LAUGHING_OR_CELEBRATING_EMOJIS for emoji in shown)
            table.add_row(
                "never" if share is None else f"{share}",
                mood,
                f"{len(fives):,}",
                f"{100 * sum(emoji is not None for emoji in shown) / len(fives):.1f}",
                f"{100 * laughing / len(fives):.2f}",
            )
    Console().print(table)


def _answers(predictor: Predictor, most: int) -> Iterator[tuple[str, Sequence[Prediction]]]:
    """The mood that people ascribed to each English text, and the five for it."""
    recipe = Recipe.read(ROOT / "recipes/default.toml")
    glad = {"joy", "love", "amusement", "optimism", "excitement", "gratitude", "admiration"}
    for source in recipe.held_out:
        if source.kind != "emotion" or set(source.languages) - {"en"}:
            continue
        split = read_split(recipe, source.model_copy(update={"limit": most}))
        for tags, five in zip(split.truth, predictor.predict(split.texts), strict=True):
            told = {tag for tag in tags if emojis_carrying(tag)}
            if told & SAD_OR_FEARFUL_EMOTIONS and not told & glad:
                yield "sad", five
            elif told & glad and not told & (SAD_OR_FEARFUL_EMOTIONS | {"anger", "disgust"}):
                yield "glad", five


def _shown(five: Sequence[Prediction], least: float, share: float | None) -> str | None:
    with mock.patch.object(gravity, "GRAVE", 2.0 if share is None else share):
        chosen = choose_emojis(five, ChatSettings(), least)
    return chosen[0] if isinstance(chosen, tuple) else None


if __name__ == "__main__":
    typer.run(main)
