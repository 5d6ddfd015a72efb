"""Our encoder on the transfer sets: frozen below a regression, and fitted with a new layer."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss, precision_recall_curve
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer
from torch import Tensor, nn

from model.artifact import Artifact
from model.predictor import Predictor
from model.training.benchmark.transfer_data import TransferPart, TransferSet
from model.training.network.text_encoder import TextEncoder

_PENALTIES = (0.001, 0.01, 0.1, 1.0)
_BATCH_SIZE = 32
_MAX_ITERATIONS = 1000
_ENCODER_RATE = 3e-5

Probabilities = NDArray[np.float64]
"""Of each class for each text, (texts, classes); one column if there are two."""


@dataclass(frozen=True, slots=True)
class TransferResult:
    """Probabilities on the parts that a fit did not read."""

    validation: Probabilities
    test: Probabilities

    def figure(self, data: TransferSet) -> float:
        """Return DeepMoji's figure: accuracy, or binary F1 averaged over the classes.

        As there, the threshold of each class is the best one on the validation texts.
        """
        if data.task.metric == "accuracy":
            return accuracy(data.test.classes, self.test)
        figures = []
        for column in range(data.test.classes.shape[1]):
            threshold = best_threshold(
                data.validation.classes[:, column], self.validation[:, column]
            )
            answers = self.test[:, column] >= threshold
            figures.append(f1_score(data.test.classes[:, column], answers, zero_division=0.0))
        return float(np.mean(figures))


def accuracy(classes: NDArray[np.float32], probabilities: Probabilities) -> float:
    """Return the share of texts whose most probable class is theirs."""
    if classes.shape[1] == 1:
        return float(((probabilities >= 0.5) == (classes >= 0.5)).mean())
    return float((probabilities.argmax(1) == classes.argmax(1)).mean())


def best_threshold(classes: NDArray[np.float32], probabilities: NDArray[np.float64]) -> float:
    """Return the threshold with the highest F1; (texts,) each."""
    if not classes.any():
        return 1.0
    precision, recall, thresholds = precision_recall_curve(classes, probabilities)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[int(f1[:-1].argmax())])


def fit_frozen(artifact: Artifact, data: TransferSet) -> TransferResult:
    """Fit a logistic regression for each class on the vectors of the artifact."""
    predictor = Predictor(artifact)
    scaler = StandardScaler()
    train = scaler.fit_transform(_encode(predictor, data.train))
    validation, test = (
        scaler.transform(_encode(predictor, part)) for part in (data.validation, data.test)
    )
    columns = []
    for column in range(data.train.classes.shape[1]):
        classes = data.train.classes[:, column]
        fits = [
            LogisticRegression(C=penalty, max_iter=_MAX_ITERATIONS).fit(train, classes)
            for penalty in _PENALTIES
        ]
        held_out = data.validation.classes[:, column]
        best = min(
            fits, key=lambda fit: log_loss(held_out, fit.predict_proba(validation), labels=[0, 1])
        )
        columns.append([best.predict_proba(part)[:, 1] for part in (validation, test)])
    of_validation, of_test = zip(*columns, strict=True)
    return TransferResult(np.stack(of_validation, 1), np.stack(of_test, 1))


def fit_whole(
    text_encoder: TextEncoder,
    tokenizer: Tokenizer,
    data: TransferSet,
    epochs: int = 5,
    layer_rate: float = 1e-3,
) -> TransferResult:
    """Fit the encoder with a layer of the classes above it; the best epoch on validation texts.

    ``tokenizer`` truncates and pads; ``layer_rate`` is the learning rate of the new layer.
    """
    torch.manual_seed(0)
    network = _Classifier(text_encoder, tokenizer, data.train.classes.shape[1])
    optimizer = torch.optim.AdamW(
        [
            {"params": network.text_encoder.parameters(), "lr": _ENCODER_RATE},
            {"params": network.layer.parameters(), "lr": layer_rate},
        ]
    )
    loss_of = nn.functional.binary_cross_entropy_with_logits  # a text may have several classes
    best, least = copy.deepcopy(network.state_dict()), float("inf")
    for _ in range(epochs):
        network.train()
        for rows in torch.split(torch.randperm(len(data.train.texts)), _BATCH_SIZE):
            logits = network([data.train.texts[i] for i in rows.tolist()])
            loss = loss_of(logits, torch.from_numpy(data.train.classes[rows.numpy()]))
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        held_out = float(
            loss_of(network.logits(data.validation), torch.from_numpy(data.validation.classes))
        )
        if held_out < least:
            best, least = copy.deepcopy(network.state_dict()), held_out
    network.load_state_dict(best)
    validation, test = (
        network.logits(part).sigmoid().double().numpy() for part in (data.validation, data.test)
    )
    return TransferResult(validation, test)


class _Classifier(nn.Module):
    """A text encoder below one linear layer."""

    def __init__(self, text_encoder: TextEncoder, tokenizer: Tokenizer, classes: int) -> None:
        super().__init__()
        self.text_encoder = text_encoder
        self.layer = nn.LazyLinear(classes)
        self._tokenizer = tokenizer
        self(["any text"])  # gives the layer its size

    def forward(self, texts: list[str]) -> Tensor:
        """Return logits, (texts, classes)."""
        batch = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in batch])
        mask = torch.tensor([e.attention_mask for e in batch])
        logits: Tensor = self.layer(self.text_encoder(ids, mask).float())
        return logits

    @torch.inference_mode()
    def logits(self, part: TransferPart) -> Tensor:
        """Return the logits of all texts of a part, (texts, classes)."""
        self.eval()
        starts = range(0, len(part.texts), _BATCH_SIZE)
        return torch.cat([self(part.texts[i : i + _BATCH_SIZE]) for i in starts])


def _encode(predictor: Predictor, part: TransferPart) -> NDArray[np.float32]:
    vectors = [
        predictor.encode(part.texts[start : start + _BATCH_SIZE])
        for start in range(0, len(part.texts), _BATCH_SIZE)
    ]
    return np.concatenate(vectors)
