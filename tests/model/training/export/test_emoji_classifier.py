"""Foreign classifiers of emojis: as they are, and converted to an artifact."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BartConfig,
    GPT2Config,
    PreTrainedConfig,
)

from model import Predictor
from model.artifact import Artifact, ArtifactError, load
from model.training.export.convert import convert
from model.training.export.emoji_classifier import EmojiClassifier
from model.training.feedback.feedback_targets import FeedbackTarget
from tests.model.training.export.hub_classifiers import CLASSIFIERS, EMOJIS, LABELS, roberta
from tests.model.training.feedback.tiny_finetune import finetuned
from tests.model.training.test_architectures import TEXTS


@pytest.fixture(scope="module", params=CLASSIFIERS, ids=lambda write: write.__name__)
def classifier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random classifier of each architecture."""
    return Path(request.param(tmp_path_factory.mktemp("theirs")))


@pytest.fixture(scope="module")
def converted(classifier: Path, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    out = tmp_path_factory.mktemp("ours")
    return convert(EmojiClassifier(classifier), out, "org/theirs")


def test_a_classifier_predicts_its_labels(classifier: Path) -> None:
    theirs = EmojiClassifier(classifier)
    answers = theirs.predict([*TEXTS, "", "🙏"], 8)
    assert answers[-2:] == [[], []]
    for answer in answers[:-2]:
        assert {p.emoji for p in answer} == set(EMOJIS)
        assert sum(p.score for p in answer) == pytest.approx(1, abs=1e-5)
        assert [p.score for p in answer] == sorted((p.score for p in answer), reverse=True)
    [few] = theirs.predict(TEXTS[:1], 5, {"❤️", "🔥", "🦖"})
    assert {p.emoji for p in few} == {"❤", "🔥"}


def test_the_converted_artifact_predicts_as_the_classifier(
    classifier: Path, converted: Artifact
) -> None:
    assert converted.table.emojis == tuple(EMOJIS)
    assert converted.version.startswith("theirs-")
    ours, theirs = Predictor(load(converted.folder)), EmojiClassifier(classifier)
    texts = [*TEXTS, "pizza " * 60]
    for a, b in zip(ours.predict(texts, 8), theirs.predict(texts, 8), strict=True):
        scores = {p.emoji: p.score for p in b}
        assert {p.emoji: p.score for p in a} == pytest.approx(scores, abs=0.05)
    assert ours.predict(["pizza"], candidates={":fire_cat:", "❤"})[0]


def test_the_converted_artifact_learns_from_feedback(converted: Artifact, tmp_path: Path) -> None:
    last = Predictor(converted).predict(["funny"], 8)[0][-1].emoji
    corrections = [FeedbackTarget(f"funny {word}", {last: 2.0}, {}) for word in "abcdefgh" * 6]
    made = finetuned(converted, tmp_path, targets=corrections)
    assert last in {p.emoji for p in Predictor(made).predict(["funny"], 3)[0]}


def test_labels_that_are_not_emojis_are_refused(tmp_path: Path) -> None:
    folder = roberta(tmp_path / "theirs")
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
    relabel([f"LABEL_{i}" for i in range(8)])
    with pytest.raises(ArtifactError, match=r"LABEL_0 has no name; .* --labels"):
        EmojiClassifier(folder)
    lines = "\n".join(f"{i}\t{label}" for i, label in enumerate(LABELS))
    labels = tmp_path / "labels.txt"
    labels.write_text(lines, encoding="utf-8")
    assert EmojiClassifier(folder, labels=labels).emojis == EMOJIS
    labels.rename(folder / "mapping.txt")
    assert EmojiClassifier(folder).emojis == EMOJIS


def test_a_tokenizer_that_only_python_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = EmojiClassifier(roberta(tmp_path / "theirs"))
    monkeypatch.setattr(theirs, "_tokenizer", object())
    with pytest.raises(ArtifactError, match="tokenizer object cannot be served; save"):
        convert(theirs, tmp_path / "ours", "org/theirs")


def test_an_encoder_without_a_head_is_refused(tmp_path: Path) -> None:
    folder = roberta(tmp_path / "theirs")
    weights = torch.load(folder / "pytorch_model.bin")
    bare = {name: x for name, x in weights.items() if not name.startswith("classifier.out_proj")}
    torch.save(bare, folder / "pytorch_model.bin")
    with pytest.raises(ArtifactError, match=r"its weights lack classifier\.out_proj\.bias"):
        EmojiClassifier(folder)


@pytest.mark.parametrize(
    ("architecture", "shape"),
    [
        (GPT2Config, {"n_embd": 8, "n_layer": 1, "n_head": 1}),
        (BartConfig, {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1}),
    ],
)
def test_what_is_no_encoder_is_refused(
    tmp_path: Path, architecture: type[PreTrainedConfig], shape: dict[str, Any]
) -> None:
    tokens: dict[str, Any] = {
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "vocab_size": 300,
    }
    config = architecture(id2label=dict(enumerate(LABELS)), **shape, **tokens)
    AutoModelForSequenceClassification.from_config(config).save_pretrained(tmp_path)  # type: ignore[no-untyped-call]
    with pytest.raises(ArtifactError, match=r"ForSequenceClassification is no encoder; .* BERT"):
        EmojiClassifier(tmp_path)


def test_a_folder_without_a_classifier_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match="no text classifier"):
        EmojiClassifier(tmp_path)
