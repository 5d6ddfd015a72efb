"""Masked language modelling: it learns, resumes, and gives a base."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress
from transformers import AutoTokenizer, BertTokenizer, Trainer

from model.training.fitting.pretrain import RESULT, PretrainOptions, pretrain
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import RecipeError
from tests.synthetic import EMOTIONS, LEXICON

PLAN = PretrainOptions(epochs=2, batch_size=32, max_tokens=16, learning_rate=5e-3, save_every=20)
WORDS = [words.split() for words in (*LEXICON.values(), *EMOTIONS.values())]
TEXTS = [f"{w[i % 3]} {w[(i + 1) % 3]} {w[i % 3]}" for i in range(500) for w in WORDS]


@pytest.fixture(scope="module")
def masking_base(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny BERT with a mask token in its vocabulary."""
    folder = tmp_path_factory.mktemp("masking")
    encoder = TextEncoder.from_base(str(tiny_base)).encoder
    tokenizer = load_tokenizer(str(tiny_base), 16)
    tokenizer.no_padding()
    document = json.loads(tokenizer.to_str())
    document["truncation"] = None
    document["model"]["vocab"]["[MASK]"] = document["model"]["vocab"].pop("[unused0]")
    (folder / "tokenizer.json").write_text(json.dumps(document), encoding="utf-8")
    BertTokenizer(tokenizer_file=str(folder / "tokenizer.json")).save_pretrained(folder)
    encoder.save_pretrained(folder)  # type: ignore[operator] # a transformers model
    return folder


def quiet() -> Progress:
    return Progress(disable=True)


def test_the_held_out_loss_falls_and_the_folder_is_a_base(
    masking_base: Path, tmp_path: Path
) -> None:
    learnt = pretrain(TEXTS, str(masking_base), tmp_path, PLAN, quiet())
    assert learnt.loss_after < learnt.loss_before - 0.5
    assert (learnt.texts, learnt.steps) == (2000, 126)
    assert json.loads((tmp_path / RESULT).read_text())["loss_after"] == learnt.loss_after
    text = TextEncoder.from_base(str(tmp_path)).eval()
    assert encode_texts(text, load_tokenizer(str(tmp_path), 16), ["funny joke"]).shape == (1, 32)
    assert AutoTokenizer.from_pretrained(tmp_path).mask_token == "[MASK]"


def test_an_interrupted_run_resumes_from_its_checkpoint(
    masking_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, done = Trainer.training_step, 0

    def counted(*arguments: Any) -> Any:  # noqa: ANN401
        nonlocal done
        if done == 50:
            raise KeyboardInterrupt
        done += 1
        return step(*arguments)

    monkeypatch.setattr(Trainer, "training_step", counted)
    with pytest.raises(KeyboardInterrupt):
        pretrain(TEXTS, str(masking_base), tmp_path, PLAN, quiet())
    done = 1000
    learnt = pretrain(TEXTS, str(masking_base), tmp_path, PLAN, quiet())
    assert learnt.steps == 126
    assert done - 1000 == 126 - 40
    assert learnt.loss_after < learnt.loss_before - 0.5


def test_too_few_texts_or_no_mask_token_are_refused(
    masking_base: Path, tiny_base: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="20 texts are too few"):
        pretrain(TEXTS[:20], str(masking_base), tmp_path, PLAN, quiet())
    with pytest.raises(RecipeError, match="no mask token"):
        pretrain(TEXTS, str(tiny_base), tmp_path, PLAN, quiet())
