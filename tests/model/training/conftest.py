"""A tiny random BERT for the synthetic texts."""

from pathlib import Path

import pytest
import torch
from rich.progress import Progress
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from model.training.recipe import NGramRecipe, Recipe
from model.training.train import TrainingRun, train
from tests.synthetic import EMOTIONS, LEXICON

torch.set_num_threads(1)  # networks this small only lose by sharing
_SPECIAL = ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]"]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two layers of 32 with a WordPiece vocabulary of the synthetic words."""
    folder = tmp_path_factory.mktemp("base")
    words = " ".join([*LEXICON.values(), *EMOTIONS.values(), "a b c d e f g h"]).split()
    vocabulary = {token: i for i, token in enumerate([*_SPECIAL, *words])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    tokenizer.add_special_tokens(_SPECIAL[0:1] + _SPECIAL[3:])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def wide(
    recipe_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainingRun:
    """A run with an n-gram bag and a cut vocabulary."""
    recipe = Recipe.read(recipe_file)
    fit = recipe.fit.model_copy(update={"epochs": 1.0})
    ngrams = NGramRecipe(buckets=256, width=8, epochs=1.0, batch_size=32, logit_weight=0.25)
    made = TrainingRun(tmp_path_factory.mktemp("wide"), threads=1)
    wide = recipe.model_copy(update={"fit": fit, "ngrams": ngrams})
    train(wide, str(tiny_base), made, Progress(disable=True))
    return made


@pytest.fixture(scope="session")
def run(
    recipe_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainingRun:
    """A run on the synthetic recipe as it is."""
    made = TrainingRun(tmp_path_factory.mktemp("run"), threads=1)
    train(Recipe.read(recipe_file), str(tiny_base), made, Progress(disable=True))
    return made
