"""BERT-like checkpoints of other architectures load, train, export, and predict as in torch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from rich.progress import Progress
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModel,
    BertConfig,
    DistilBertConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

from model import Predictor
from model.artifact import load
from model.training.export.onnx import export_encoder, trim_positions
from model.training.export.tensor_values import feed_for
from model.training.network.text_encoder import TextEncoder, encode_texts, keep_layers
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import Recipe, RecipeError
from model.training.train import TrainingRun, train
from tests.synthetic import EMOTIONS, LEXICON

WORDS = " ".join([*LEXICON.values(), *EMOTIONS.values(), "is what number a b c d e f g h"])
TEXTS = ["funny joke a b", "sad tears lost c", "pizza cheese dinner", "furious rage unfair h g"]
SHAPE: dict[str, Any] = {"hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 2}
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def word_pieces() -> Tokenizer:
    """Return a WordPiece tokenizer, as BERT has."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(special_tokens=BERT, show_progress=False)
    return finished(tokenizer, trainer, "[CLS]", "[SEP]")


def byte_pairs() -> Tokenizer:
    """Return a byte-level BPE tokenizer, as RoBERTa has: a space is part of the word."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        special_tokens=ROBERTA,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    return finished(tokenizer, trainer, "<s>", "</s>")


def unigrams() -> Tokenizer:
    """Return a Unigram tokenizer (SentencePiece), as XLM-R has."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        special_tokens=ROBERTA, unk_token="<unk>", vocab_size=120, show_progress=False
    )
    return finished(tokenizer, trainer, "<s>", "</s>")


def finished(tokenizer: Tokenizer, trainer: Any, start: str, end: str) -> Tokenizer:  # noqa: ANN401
    tokenizer.train_from_iterator([WORDS] * 50, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in (start, end)],
    )
    return tokenizer


def bert(size: int) -> PreTrainedConfig:
    return BertConfig(vocab_size=size, intermediate_size=64, max_position_embeddings=40, **SHAPE)


def roberta(size: int) -> PreTrainedConfig:
    return RobertaConfig(
        vocab_size=size, intermediate_size=64, max_position_embeddings=42, type_vocab_size=1,
        **SHAPE,
    )  # fmt: skip


def xlm_roberta(size: int) -> PreTrainedConfig:
    return XLMRobertaConfig(
        vocab_size=size, intermediate_size=64, max_position_embeddings=42, **SHAPE
    )


def distilbert(size: int) -> PreTrainedConfig:
    return DistilBertConfig(
        vocab_size=size, dim=32, n_heads=4, n_layers=2, hidden_dim=64, max_position_embeddings=40
    )


def modernbert(size: int) -> PreTrainedConfig:
    return ModernBertConfig(
        vocab_size=size, intermediate_size=64, max_position_embeddings=40, pad_token_id=1, **SHAPE
    )


def mpnet(size: int) -> PreTrainedConfig:
    """MPNet, as all-mpnet-base-v2: relative positions, and no fused attention in torch."""
    return MPNetConfig(vocab_size=size, intermediate_size=64, max_position_embeddings=42, **SHAPE)


MAKES = [
    (bert, word_pieces),
    (roberta, byte_pairs),
    (xlm_roberta, unigrams),
    (distilbert, word_pieces),
    (modernbert, byte_pairs),
    (mpnet, word_pieces),
]


@pytest.fixture(params=MAKES, ids=[make.__name__ for make, _ in MAKES])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a random checkpoint of the architecture."""
    make: Callable[[int], PreTrainedConfig]
    make, tokenizer = request.param
    made = tokenizer()
    folder = tmp_path / "base"
    torch.manual_seed(1)
    random = AutoModel.from_config(make(made.get_vocab_size()))  # type: ignore[no-untyped-call]
    random.save_pretrained(folder)
    made.save(str(folder / "tokenizer.json"))
    return folder


def test_the_artifact_predicts_as_the_trained_network(
    base: Path, recipe_file: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    short = recipe.model_copy(update={"fit": recipe.fit.model_copy(update={"epochs": 2.0})})
    run = TrainingRun(tmp_path / "run", threads=1)
    made = train(short, str(base), run, Progress(disable=True))
    parity = made.manifest.parity
    assert parity is not None
    assert parity.same_first >= 0.97
    assert parity.common >= 0.95
    assert abs(parity.hit_5_change) <= 0.02
    known = {"😂", "😢", "🍕"}
    for text, emoji in zip(TEXTS, ("😂", "😢", "🍕"), strict=False):
        assert Predictor(load(run.artifact)).predict([text], 1, known)[0][0].emoji == emoji


def test_the_graph_gives_the_same_vectors_after_trimming_positions(
    base: Path, tmp_path: Path
) -> None:
    """RoBERTa's positions begin behind the padding's: one row too few would end in a crash."""
    text = TextEncoder.from_base(str(base)).eval()
    tokenizer = load_tokenizer(str(base), 16)
    texts = [*TEXTS, " ".join(["pizza funny"] * 20)]
    expected = encode_texts(text, tokenizer, texts).numpy()
    trim_positions(text, 16)
    tokenizer.no_padding()
    encoded = tokenizer.encode_batch(texts)
    assert len(encoded[-1].ids) == 16
    export_encoder(text, tmp_path / "encoder.onnx", quantize=False)
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx")
    given = np.concatenate([session.run(None, feed_for(each))[0] for each in encoded])
    assert given == pytest.approx(expected, abs=1e-3)


def test_layers_are_kept_evenly_up_to_the_last(base: Path, tmp_path: Path) -> None:
    text = TextEncoder.from_base(str(base)).eval()
    if text.encoder.config.model_type == "modernbert":  # type: ignore[union-attr]
        with pytest.raises(RecipeError, match=r"fit\.layers: the layers of this base differ"):
            keep_layers(text, 1)
        return
    keep_layers(text, 1)
    text.encoder.save_pretrained(tmp_path / "small")  # type: ignore[operator]
    small = TextEncoder.from_base(str(tmp_path / "small")).eval()
    ids = torch.arange(5, 13).unsqueeze(0)
    assert torch.allclose(small(ids, torch.ones_like(ids)), text(ids, torch.ones_like(ids)))
    state = TextEncoder.from_base(str(base)).encoder.state_dict()
    last = {name.replace(".1.", ".0."): value for name, value in state.items() if ".1." in name}
    assert last
    for name, value in last.items():
        assert torch.equal(small.encoder.state_dict()[name], value), name
    with pytest.raises(RecipeError, match=r"fit\.layers: 2 of 1"):
        keep_layers(text, 2)


def test_token_dropout_is_for_training_alone(tiny_base: Path) -> None:
    torch.manual_seed(6)
    text = TextEncoder.from_base(str(tiny_base))
    ids = torch.arange(5, 13).repeat(8, 1)
    mask = torch.ones_like(ids)
    serving = text.eval()(ids, mask)
    assert torch.allclose(text.train()(ids, mask)[0], serving[0], atol=1e-5)
    text.token_dropout = 0.5
    learning = text(ids, mask)
    assert not torch.allclose(learning[0], learning[1], atol=1e-3)
    assert torch.equal(text.eval()(ids, mask), serving)
    # A text of one token is read all the same.
    assert torch.isfinite(text.train()(ids[:, :1], mask[:, :1])).all()
