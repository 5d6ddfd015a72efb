"""Reactions to sad and to glad texts under several thresholds of ``model.gravity.REACTION_RULE``.

``python -m benchmarks.gravity`` needs the ``train`` extra and ``../shared/data``; three minutes on
one core. Each line of the table is a share of grave emojis from which no laughing emoji is shown:
the fewer laughing reactions to sad texts the better, and glad texts pay for it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from unittest import mock

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from bot.core.chat_settings.schema import ChatSettings
from bot.core.messages.policy import choose_emojis
from model import Prediction, Predictor, gravity
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, SAD_OR_FEARFUL_EMOTIONS, emojis_carrying
from model.training.data.splits import read_split
from model.training.recipe import Recipe

MIN_SHARES = (None, 0.3, 0.2, 0.15, 0.1)
NEVER = 2.0
GLAD_EMOTIONS = frozenset(
    {"joy", "love", "amusement", "optimism", "excitement", "gratitude", "admiration"}
)
ROOT = Path(__file__).resolve().parent.parent


def main(
    texts: Annotated[int, typer.Option(help="Texts of each set.")] = 4000,
    model: Annotated[str | None, typer.Option(help="Folder or Hub id of the artifact.")] = None,
) -> None:
    """Print shares of texts."""
    predictor = Predictor.load(model)
    predicted = list(_predictions_by_mood(predictor, texts))
    table = Table("grave from", "texts", "number", "shown %", "laughing %", title="reactions")
    for min_share in MIN_SHARES:
        for mood in ("sad", "glad"):
            top_fives = [top_five for tagged, top_five in predicted if tagged == mood]
            shown = [_shown(top_five, predictor.threshold, min_share) for top_five in top_fives]
            laughing = sum(emoji in LAUGHING_OR_CELEBRATING_EMOJIS for emoji in shown)
            table.add_row(
                "never" if min_share is None else f"{min_share}",
                mood,
                f"{len(top_fives):,}",
                f"{100 * sum(emoji is not None for emoji in shown) / len(top_fives):.1f}",
                f"{100 * laughing / len(top_fives):.2f}",
            )
    Console().print(table)


def _predictions_by_mood(
    predictor: Predictor, max_texts: int
) -> Iterator[tuple[str, Sequence[Prediction]]]:
    """Yield the mood that raters saw in each English text, and its top five."""
    recipe = Recipe.read(ROOT / "recipes/english.toml")
    for source in recipe.held_out:
        if source.kind != "emotion" or set(source.languages) - {"en"}:
            continue
        split = read_split(recipe, source.model_copy(update={"limit": max_texts}))
        for tags, top_five in zip(split.truth, predictor.predict(split.texts), strict=True):
            if (mood := _mood({tag for tag in tags if emojis_carrying(tag)})) is not None:
                yield mood, top_five


def _mood(emotions: set[str]) -> str | None:
    """Return ``sad`` or ``glad``; None for mixed and other emotions."""
    if emotions & SAD_OR_FEARFUL_EMOTIONS and not emotions & GLAD_EMOTIONS:
        return "sad"
    if emotions & GLAD_EMOTIONS and not emotions & (SAD_OR_FEARFUL_EMOTIONS | {"anger", "disgust"}):
        return "glad"
    return None


def _shown(top_five: Sequence[Prediction], threshold: float, min_share: float | None) -> str | None:
    rule = gravity.GravityRule(NEVER if min_share is None else min_share, counts_tears=True)
    with mock.patch.object(gravity, "REACTION_RULE", rule):
        chosen = choose_emojis(top_five, ChatSettings(), threshold)
    return chosen[0] if isinstance(chosen, tuple) else None


if __name__ == "__main__":
    run_benchmark(main)
