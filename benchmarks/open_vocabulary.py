"""Predictions of emojis that were not in the training data: 40 are held out of a fit.

``python -m benchmarks.open_vocabulary [--base FOLDER|HUB_ID]`` needs the ``train`` extra and
``../shared/data``; half an hour on one core. Every example with one of the 40 is left out of the
fit, so that their embeddings come from their names alone. The baselines are chance, and
names without training: the five names whose vectors of the base checkpoint are nearest to that of
the text.
"""

import random
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.latency import offline_base
from benchmarks.small import fit_small, read_texts
from model import Predictor
from model.emoji import emoji_names
from model.evaluation import metrics
from model.evaluation.evaluate import Ranker, rank
from model.prediction import Prediction
from model.text import clean
from model.training.data.splits import Split, read_split
from model.training.network.name_embeddings import describe_emoji
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer


class NameSimilarity:
    """Ranking by the cosine of the base checkpoint's vectors of a text and the emojis' names."""

    def __init__(self, base: str) -> None:
        """Encode every name."""
        self._text = TextEncoder.from_base(base).eval()
        self._tokenizer = load_tokenizer(base, 32)
        self._emojis = list(emoji_names())
        self._name_vectors = self._directions([describe_emoji(emoji) for emoji in self._emojis])

    def _directions(self, texts: Sequence[str]) -> np.ndarray:
        vectors = encode_texts(self._text, self._tokenizer, texts)
        return np.asarray(torch.nn.functional.normalize(vectors, dim=1))

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the nearest ``k``."""
        kept = [i for i, e in enumerate(self._emojis) if candidates is None or e in candidates]
        scores = self._directions([clean(text) for text in texts]) @ self._name_vectors[kept].T
        best = np.argsort(-scores, axis=1)[:, :k]
        return [
            [Prediction(self._emojis[kept[i]], float(row[i])) for i in top]
            for row, top in zip(scores, best, strict=True)
        ]


def held_out_emojis(split: Split, count: int, seed: int) -> frozenset[str]:
    """Draw emojis among those that ten test texts or more use."""
    used: dict[str, int] = {}
    for emojis in split.truth:
        for emoji in emojis:
            used[emoji] = used.get(emoji, 0) + 1
    common = sorted(e for e, n in used.items() if n >= 10 and e in emoji_names())
    return frozenset(random.Random(seed).sample(common, count))  # noqa: S311 - not for secrets


def row(name: str, ranker: Ranker, texts: list[str], truth: list[set[str]]) -> list[str]:
    """Return hit@5 among all and among the held-out emojis, and the mean recall of the latter."""
    hidden = frozenset().union(*truth)
    cells = [name]
    for candidates in (None, hidden):
        ranked, _ = rank(ranker, texts, candidates)
        hits = metrics.hits(ranked, truth, 5).astype(float)
        low, high = metrics.bootstrap_interval(hits)
        cells.append(f"{hits.mean() * 100:.1f} [{low * 100:.1f}, {high * 100:.1f}]")
        if candidates is None:
            recall = metrics.macro_recall(ranked, truth, 5, min_texts=5)
            cells.append(f"{metrics.value_of(len(truth), recall) * 100:.1f}")
    return cells


def main(
    base: Annotated[str | None, typer.Option(help="Folder of the base checkpoint.")] = None,
    tweets: Annotated[int, typer.Option(help="Tweets to fit on.")] = 60_000,
    held_out: Annotated[int, typer.Option(help="Emojis to hold out.")] = 40,
    out: Annotated[Path, typer.Option(help="Folder of the run.")] = Path("runs/open_vocabulary"),
    seed: Annotated[int, typer.Option(help="Which emojis.")] = 1,
) -> None:
    """Fit without the emojis, then predict them."""
    start = base or offline_base()
    texts = read_texts(tweets)
    [source] = [s for s in texts.recipe.held_out if s.name == "emoji_tweets"]
    split = read_split(texts.recipe, source)
    hidden = held_out_emojis(split, held_out, seed)
    fit_small(texts, start, out, without=hidden)
    asked = [(t, hidden & set(used)) for t, used in zip(split.texts, split.truth, strict=True)]
    asked = [(text, used) for text, used in asked if used]
    given, truth = [text for text, _ in asked], [set(used) for _, used in asked]
    made = Predictor.load(str(out / "artifact"))
    every = len(made.emojis)
    table = Table(
        title=f"{len(given):,} texts with one of {held_out} emojis that the fit never saw"
    )
    for column in ("ranker", f"hit@5 % among {every:,}", "mean recall@5 %", f"among {held_out}"):
        table.add_column(column)
    table.add_row("chance", f"{500 / every:.1f}", f"{500 / every:.1f}", f"{500 / held_out:.1f}")
    table.add_row(*row("names alone, untrained", NameSimilarity(start), given, truth))
    table.add_row(*row("trained without them", made, given, truth))
    console = Console()
    console.print(table)
    console.print("held out:", " ".join(sorted(hidden)))


if __name__ == "__main__":
    run_benchmark(main)
