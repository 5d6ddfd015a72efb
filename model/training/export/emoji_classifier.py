"""Foreign text classifiers of transformers whose labels are emojis, served in torch as they are."""

import inspect
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from model.artifact import ArtifactError
from model.emoji import canonical_set
from model.label_names import emoji_of_label, label_number, read_label_mapping
from model.prediction import Prediction
from model.text import clean, has_words

_BATCH_SIZE = 16
_MAX_TOKENS = 128
"""Few messages are longer."""
_SPECIAL_TOKENS = 2


class EmojiClassifier:
    """Predictions among a classifier's own labels; a ``Ranker`` like ``Predictor``."""

    threshold = 0.0

    def __init__(self, folder: Path, threads: int = 1, labels: Path | None = None) -> None:
        """Load model and tokenizer from a folder that transformers wrote.

        ``labels`` is a file with the emojis of numbered labels (TweetEval's ``mapping.txt``), by
        default the one in the folder, if there is one.

        Raises:
            ArtifactError: it is no classifier on an encoder, or a named label is no emoji.
        """
        self.folder = folder
        self.version = folder.name
        torch.set_num_threads(threads)
        self.network = _load_network(folder)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder)
        except (OSError, ValueError) as error:
            raise _no_classifier(folder, error) from error
        self.emojis = _label_emojis(self.network.config.id2label, folder, labels)
        positions = int(getattr(self.network.config, "max_position_embeddings", _MAX_TOKENS))
        self.max_tokens = min(_MAX_TOKENS, positions - _SPECIAL_TOKENS)

    def fast_tokenizer(self) -> Tokenizer:
        """Return a copy of the tokenizer in the form that is served; it truncates and pads.

        Raises:
            ArtifactError: it exists in Python alone, as BERTweet's.
        """
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        if not isinstance(backend, Tokenizer):
            raise ArtifactError(
                f"{self.folder}: its tokenizer {type(self._tokenizer).__name__} cannot be served;"
                " save the checkpoint with a fast one, tokenizer.json"
            )
        tokenizer = Tokenizer.from_str(backend.to_str())
        tokenizer.enable_truncation(self.max_tokens)
        tokenizer.enable_padding(
            pad_id=self._tokenizer.pad_token_id, pad_token=self._tokenizer.pad_token
        )
        return tokenizer

    @torch.inference_mode()
    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` labels among the candidates for each text, best first.

        A text without words has none.
        """
        allowed = None if candidates is None else canonical_set(candidates)
        columns = [i for i, e in enumerate(self.emojis) if allowed is None or e in allowed]
        cleaned = [clean(text) for text in texts]
        predictions: list[list[Prediction]] = [[] for _ in texts]
        with_words = [i for i, text in enumerate(cleaned) if has_words(text) and columns]
        for start in range(0, len(with_words), _BATCH_SIZE):
            indices = with_words[start : start + _BATCH_SIZE]
            scores = self._logits([cleaned[i] for i in indices])[:, columns].softmax(1)
            best = scores.topk(min(k, len(columns)), dim=1)
            for i, values, ranked in zip(indices, best.values, best.indices, strict=True):
                predictions[i] = [
                    Prediction(self.emojis[columns[int(j)]], float(value))
                    for value, j in zip(values, ranked, strict=True)
                ]
        return predictions

    def _logits(self, cleaned: list[str]) -> Tensor:
        """Return logits, (texts, labels)."""
        encoded = self._tokenizer(
            cleaned, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        logits: Tensor = self.network(encoded["input_ids"], encoded["attention_mask"]).logits
        return logits


def _load_network(folder: Path) -> Any:  # noqa: ANN401 - transformers has no types
    try:
        network, found = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError) as error:
        raise _no_classifier(folder, error) from error
    if lacking := sorted(found["missing_keys"]):  # transformers draws them at random
        raise ArtifactError(f"{folder} is no text classifier: its weights lack {lacking[0]}")
    inputs = list(inspect.signature(network.forward).parameters)
    if inputs[:2] != ["input_ids", "attention_mask"] or network.config.is_encoder_decoder:
        raise ArtifactError(
            f"{folder}: {type(network).__name__} is no encoder; convert one of the kind of BERT,"
            " RoBERTa, XLM-R, ModernBERT or DistilBERT"
        )
    return network.eval()


def _no_classifier(folder: Path, error: Exception) -> ArtifactError:
    return ArtifactError(f"{folder} is no text classifier: {str(error).splitlines()[0]}")


def _label_emojis(labels: dict[int, str], folder: Path, mapping: Path | None) -> list[str]:
    mapping = mapping or folder / "mapping.txt"
    numbered = read_label_mapping(mapping.read_text(encoding="utf-8")) if mapping.exists() else {}
    emojis = []
    for _, label in sorted(labels.items()):
        number = label_number(label)
        if number is not None and number not in numbered:
            raise ArtifactError(
                f"{folder}: its label {label} has no name; pass a file of emojis with"
                " model convert --labels"
            )
        emoji = emoji_of_label(label) if number is None else numbered[number]
        if emoji is None:
            raise ArtifactError(f"{folder}: its label {label} is no emoji")
        emojis.append(emoji)
    if len(set(emojis)) < len(emojis):
        raise ArtifactError(f"{folder}: two of its labels are the same emoji")
    return emojis
