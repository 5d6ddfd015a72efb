"""SemEval-2018 task 1 E-c (Mohammad et al., 2018) with our encoder frozen, beside its winner.

``python -m benchmarks.transfer_emotions [MODEL]`` needs ``../shared/data``; MODEL is an artifact. A
logistic regression for each of the eleven emotions, on the vectors or on words, is fitted on the
training tweets; penalty and threshold are chosen on the validation tweets, and the figures are
those of the task on its whole test set. The encoder was trained on the training tweets, with
emojis that carry their emotions as targets; the winner, NTUA-SLP (Baziotis et al., 2018), fitted
embeddings of 550 million tweets and a recurrent network.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss

from benchmarks.command_line import run_benchmark
from model.artifact import load
from model.artifact_source import locate
from model.evaluation.metrics import bootstrap_interval
from model.text import clean
from model.training.benchmark.transfer import TransferResult, best_threshold, fit_frozen
from model.training.benchmark.transfer_data import TransferPart, TransferSet, TransferTask

DATA = Path(__file__).parents[2] / "shared" / "data" / "emotion_ec"
EMOTIONS = (
    *("anger", "anticipation", "disgust", "fear", "joy", "love"),
    *("optimism", "pessimism", "sadness", "surprise", "trust"),
)
NTUA = (0.588, 0.701, 0.528)
"""Accuracy (Jaccard), micro-F1 and macro-F1 of the winner, as published."""
_PENALTIES = (0.1, 1.0, 10.0)

Answers = NDArray[np.bool_]
"""(texts, emotions)"""


def read_part(split: str) -> TransferPart:
    """Return the tweets of a split with their emotions."""
    table = pq.read_table(DATA / f"{split}.parquet")
    tags = [set(found) for found in table["emotions"].to_pylist()]
    classes = np.array([[e in found for e in EMOTIONS] for found in tags], np.float32)
    return TransferPart([clean(text) for text in table["text"].to_pylist()], classes)


def fit_words(data: TransferSet) -> TransferResult:
    """Fit the same regression on words and pairs of words (TF-IDF)."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    train = words.fit_transform(data.train.texts)
    validation, test = (words.transform(part.texts) for part in (data.validation, data.test))
    columns = []
    for column in range(len(EMOTIONS)):
        fits = [
            LogisticRegression(C=c, max_iter=1000).fit(train, data.train.classes[:, column])
            for c in _PENALTIES
        ]
        held_out = data.validation.classes[:, column]
        losses = [log_loss(held_out, fit.predict_proba(validation), labels=[0, 1]) for fit in fits]
        best = fits[int(np.argmin(losses))]
        columns.append([best.predict_proba(part)[:, 1] for part in (validation, test)])
    of_validation, of_test = zip(*columns, strict=True)
    return TransferResult(np.stack(of_validation, 1), np.stack(of_test, 1))


def answer(result: TransferResult, data: TransferSet) -> Answers:
    """Return the emotions of the test texts above the threshold of each."""
    thresholds = [
        best_threshold(data.validation.classes[:, i], result.validation[:, i])
        for i in range(len(EMOTIONS))
    ]
    found: Answers = result.test >= np.array(thresholds)
    return found


def jaccard(answers: Answers, truth: Answers) -> NDArray[np.float64]:
    """Return the accuracy of each text as the task defines it, (texts,); 1 if both are empty."""
    union = (answers | truth).sum(axis=1)
    shared = (answers & truth).sum(axis=1)
    return np.where(union == 0, 1.0, shared / np.maximum(union, 1))


def cells(answers: Answers, truth: Answers) -> Sequence[str]:
    """Return accuracy with its interval, micro-F1 and macro-F1."""
    each = jaccard(answers, truth)
    low, high = bootstrap_interval(each)
    f1 = (f1_score(truth, answers, average=mean, zero_division=0.0) for mean in ("micro", "macro"))
    return (f"{each.mean():.3f} [{low:.3f}, {high:.3f}]", *(f"{figure:.3f}" for figure in f1))


def main(
    model: Annotated[str | None, typer.Argument(help="Folder or Hub id of the artifact.")] = None,
) -> None:
    """Print a row for the vectors, the words and the winner of the task."""
    source = load(locate(model))
    train, validation, test = (read_part(split) for split in ("train", "validation", "test"))
    data = TransferSet(TransferTask("emotion_ec", "F1", None), train, validation, test)
    truth = test.classes > 0
    table = Table("", "accuracy (Jaccard)", "micro-F1", "macro-F1")
    rows = {f"{source.version}, frozen": fit_frozen(source, data), "words": fit_words(data)}
    for name, result in rows.items():
        table.add_row(name, *cells(answer(result, data), truth))
    table.add_row("NTUA-SLP, the winner", *(f"{figure:.3f}" for figure in NTUA))
    Console(width=100).print(table)


if __name__ == "__main__":
    run_benchmark(main)
