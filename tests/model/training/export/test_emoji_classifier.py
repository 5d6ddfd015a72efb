"""Foreign classifiers of emojis: as they are, and converted to an artifact."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    PreTrainedModel,
    RobertaConfig,
    RobertaForSequenceClassification,
    RobertaTokenizer,
)

from model import Predictor
from model.artifact import ArtifactError, load
from model.training.export.convert import convert
from model.training.export.emoji_classifier import EmojiClassifier
from tests.model.training.test_architectures import SHAPE, TEXTS, byte_pairs

LABELS = ["_red_heart_", "😂", "_fire_", ":cry:", "_Christmas_tree_", "🍕", "_two_hearts_"]
EMOJIS = ["❤", "😂", "🔥", "😢", "🎄", "🍕", "💕"]


VARIABLE_PREFIXES: dict[str, Any] = {
    **SHAPE, "intermediate_size": 64, "max_position_embeddings": 42,
    "id2label": dict(enumerate(LABELS)),
}  # fmt: skip


def roberta(size: int) -> PreTrainedModel:
    return RobertaForSequenceClassification(
        RobertaConfig(vocab_size=size, type_vocab_size=1, **VARIABLE_PREFIXES)
    )


def bert(size: int) -> PreTrainedModel:
    return BertForSequenceClassification(BertConfig(vocab_size=size, **VARIABLE_PREFIXES))


def distilbert(size: int) -> PreTrainedModel:
    return DistilBertForSequenceClassification(
        DistilBertConfig(
            vocab_size=size,
            dim=32,
            n_heads=4,
            n_layers=2,
            hidden_dim=64,
            max_position_embeddings=42,
            id2label=dict(enumerate(LABELS)),
        )
    )


@pytest.fixture(params=[roberta, bert, distilbert], ids=lambda make: make.__name__)
def classifier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A random classifier with weights large enough that its predictions differ."""
    return written(request.param, tmp_path / "theirs")


def written(make: object, folder: Path) -> Path:
    tokenizer = byte_pairs()
    torch.manual_seed(5)
    network = make(tokenizer.get_vocab_size())  # type: ignore[operator]
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() == 2 and "embeddings" not in name:
                parameter.mul_(8)
    network.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    RobertaTokenizer(tokenizer_object=tokenizer).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_a_classifier_predicts_its_labels(classifier: Path) -> None:
    theirs = EmojiClassifier(classifier)
    answers = theirs.predict([*TEXTS, "", "🙏"], 7)
    assert answers[-2:] == [[], []]
    for answer in answers[:-2]:
        assert {p.emoji for p in answer} == set(EMOJIS)
        assert sum(p.score for p in answer) == pytest.approx(1, abs=1e-5)
        assert [p.score for p in answer] == sorted((p.score for p in answer), reverse=True)
    [few] = theirs.predict(TEXTS[:1], 5, {"❤️", "🔥", "🦖"})
    assert {p.emoji for p in few} == {"❤", "🔥"}


def test_the_converted_artifact_predicts_as_the_classifier(
    classifier: Path, tmp_path: Path
) -> None:
    made = convert(classifier, tmp_path / "ours", "org/theirs")
    assert made.table.emojis == tuple(EMOJIS)
    assert made.version.startswith("theirs-")
    ours, theirs = Predictor(load(tmp_path / "ours")), EmojiClassifier(classifier)
    texts = [*TEXTS, "pizza " * 60]
    for a, b in zip(ours.predict(texts, 7), theirs.predict(texts, 7), strict=True):
        scores = {p.emoji: p.score for p in b}
        assert np.array([p.score for p in a]) == pytest.approx(
            np.array([scores[p.emoji] for p in a]), abs=0.05
        )
    assert ours.predict(["pizza"], candidates={":fire_cat:", "❤"})[0]


def test_labels_that_are_not_emojis_are_refused(tmp_path: Path) -> None:
    folder = written(roberta, tmp_path / "theirs")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))

    def relabel(labels: list[str]) -> None:
        config["id2label"] = dict(enumerate(labels))
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    relabel([*LABELS[:-1], "sarcasm"])
    with pytest.raises(ArtifactError, match="label sarcasm is no emoji"):
        EmojiClassifier(folder)
    relabel([*LABELS[:-1], "❤️"])
    with pytest.raises(ArtifactError, match="same emoji"):
        EmojiClassifier(folder)
    relabel([f"LABEL_{i}" for i in range(7)])
    with pytest.raises(ArtifactError, match="LABEL_0"):
        EmojiClassifier(folder)
    lines = "\n".join(f"{i}\t{label}" for i, label in enumerate(LABELS))
    (folder / "mapping.txt").write_text(lines, encoding="utf-8")
    assert EmojiClassifier(folder).emojis == EMOJIS


def test_a_folder_without_a_classifier_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match="no text classifier"):
        EmojiClassifier(tmp_path)
