"""Other people's models: a text classifier whose labels are emojis, as it is or as an artifact."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from model.artifact import LAYOUT, Artifact, ArtifactError, EmojiTable, save_table, write_manifest
from model.emoji import canonical_set
from model.label_names import emoji_of_label, label_number, read_label_mapping
from model.manifest import Description, Padding
from model.prediction import Prediction
from model.text import clean, has_words
from model.training.export.onnx import export_encoder
from model.training.network.name_embeddings import describe_emoji, fit_name_map
from model.training.network.text_encoder import load_tokenizer

_BATCH = 16
_LONGEST = 128
"""Tokens of a message that are read; few messages are longer."""


class EmojiClassifier:
    """Answers with a classifier's own labels, in torch; as a ``Predictor`` does."""

    threshold = 0.0

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Load model and tokenizer of a folder as transformers writes it.

        Raises:
            ArtifactError: it is no classifier, or a label is no emoji; the label is named.
        """
        self.version = folder.name
        torch.set_num_threads(threads)
        try:
            self.network = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32
            ).eval()
            self._tokenizer = AutoTokenizer.from_pretrained(folder)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise ArtifactError(f"{folder} is no text classifier: {reason}") from error
        self.emojis = _emojis(self.network.config.id2label, folder)
        room = int(getattr(self.network.config, "max_position_embeddings", _LONGEST))
        self.max_tokens = min(_LONGEST, room - 2)

    @torch.inference_mode()
    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k`` labels among the candidates for each text, best first."""
        allowed = None if candidates is None else canonical_set(candidates)
        kept = [i for i, e in enumerate(self.emojis) if allowed is None or e in allowed]
        cleaned = [clean(text) for text in texts]
        answers: list[list[Prediction]] = [[] for _ in texts]
        spoken = [i for i, text in enumerate(cleaned) if has_words(text) and kept]
        for start in range(0, len(spoken), _BATCH):
            part = spoken[start : start + _BATCH]
            scores = self._logits([cleaned[i] for i in part])[:, kept].softmax(1)
            best = scores.topk(min(k, len(kept)), dim=1)
            for i, values, indices in zip(part, best.values, best.indices, strict=True):
                answers[i] = [
                    Prediction(self.emojis[kept[int(j)]], float(value))
                    for value, j in zip(values, indices, strict=True)
                ]
        return answers

    def _logits(self, cleaned: list[str]) -> Tensor:
        encoded = self._tokenizer(
            cleaned, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        logits: Tensor = self.network(encoded["input_ids"], encoded["attention_mask"]).logits
        return logits


def _emojis(labels: dict[int, str], folder: Path) -> list[str]:
    mapping = folder / "mapping.txt"
    known = read_label_mapping(mapping.read_text(encoding="utf-8")) if mapping.exists() else {}
    emojis = []
    for _, label in sorted(labels.items()):
        number = label_number(label)
        emoji = emoji_of_label(label) if number is None else known.get(number)
        if emoji is None:
            raise ArtifactError(f"{folder}: its label {label} is no emoji")
        emojis.append(emoji)
    if len(set(emojis)) < len(emojis):
        raise ArtifactError(f"{folder}: two of its labels are the same emoji")
    return emojis


class _Features(nn.Module):
    """What a classifier's last layer reads: token ids and mask -> (batch, d)."""

    bag = None

    def __init__(self, network: Any) -> None:  # noqa: ANN401 - transformers has no types
        super().__init__()
        self.encoder = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        features: Tensor = self.encoder(input_ids, attention_mask).logits
        return features


def convert(folder: Path, out: Path, name: str) -> Artifact:
    """Write an artifact whose table holds the rows of a classifier's last layer.

    Raises:
        ArtifactError: it is no classifier of emojis, or its last layer is not linear.
    """
    classifier = EmojiClassifier(folder)
    last = _take_last_layer(classifier.network, len(classifier.emojis), folder)
    rows = last.weight.detach().numpy()
    bias = np.zeros(len(rows)) if last.bias is None else last.bias.detach().numpy()
    features = _Features(classifier.network).eval()
    tokenizer = load_tokenizer(str(folder), classifier.max_tokens)
    called = [describe_emoji(emoji) for emoji in classifier.emojis]
    name_map = fit_name_map(_encode(features, tokenizer, called), rows.astype(np.float64))
    out.mkdir(parents=True, exist_ok=True)
    table = EmojiTable(
        tuple(classifier.emojis),
        rows.astype(np.float32),
        bias.astype(np.float32),
        name_map.astype(np.float32),
    )
    save_table(table, out)
    padding = tokenizer.padding or {"pad_id": 0, "pad_token": "[PAD]"}
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch(called)
    tokenizer.no_truncation()
    tokenizer.save(str(out / LAYOUT.tokenizer), pretty=False)
    export_encoder(features, out / LAYOUT.encoder, encodings=encodings)  # type: ignore[arg-type]
    description = Description(
        max_tokens=classifier.max_tokens,
        temperature=1.0,
        threshold=0.0,
        padding=Padding(id=padding["pad_id"], token=padding["pad_token"]),
        trained_emojis=len(classifier.emojis),
        base=name,
    )
    return write_manifest(out, name.rstrip("/").rpartition("/")[2], table.emojis, description)


def _take_last_layer(network: nn.Module, labels: int, folder: Path) -> nn.Linear:
    """The linear layer that gives the logits, out of the network, which gives its input now."""
    found = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and module.out_features == labels
    ]
    if not found:
        raise ArtifactError(f"{folder}: no linear layer gives its {labels} labels")
    name, last = found[-1]
    parent, _, own = name.rpartition(".")
    setattr(network.get_submodule(parent), own, nn.Identity())
    return last


@torch.inference_mode()
def _encode(features: nn.Module, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    batch = tokenizer.encode_batch(list(texts))
    ids = torch.tensor([e.ids for e in batch])
    mask = torch.tensor([e.attention_mask for e in batch])
    vectors: np.ndarray = features(ids, mask).double().numpy()
    return vectors


def is_classifier(folder: Path) -> bool:
    """Whether a folder holds a transformers checkpoint with a classification head."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return any("ForSequenceClassification" in a for a in config.get("architectures") or ())
