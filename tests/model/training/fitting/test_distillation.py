"""Distillation: teachers answer what they know, and a student learns it from them alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from rich.progress import Progress

from model import Predictor
from model.examples import Example
from model.training.data.fit_data import FitData, load_fit_data, make_label_mask
from model.training.fitting.distillation import TeacherTargets, ask_teachers
from model.training.fitting.fit import Fit, FitOptions, new_network
from model.training.fitting.saved_weights import HEAD_WEIGHTS
from model.training.fitting.soft_cross_entropy import soft_cross_entropy
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import (
    DistillationRecipe,
    NGramRecipe,
    Recipe,
    RecipeError,
    SourceRecipe,
    TeacherRecipe,
)
from model.training.train import TrainingRun, train

LABELLED = [
    Example(f"{words} {filler}", (emoji,), "inline", language="en")
    for words, emoji in (("funny joke", "😂"), ("sad tears", "😢"), ("pizza cheese", "🍕"))
    for filler in "abcdefgh"
]
TRANSLATION = Example("funeral alone", (), "pairs", language="en", teacher_text="pizza cheese a")


def recipe_with(recipe_file: Path, *teachers: TeacherRecipe, weight: float = 0.5) -> Recipe:
    recipe = Recipe.read(recipe_file)
    distillation = DistillationRecipe(weight=weight)
    return recipe.model_copy(update={"teachers": teachers, "distillation": distillation})


def load(recipe: Recipe, base: Path, examples: Sequence[Example]) -> FitData:
    return load_fit_data(
        recipe.fit, load_tokenizer(str(base), 16), list(examples), list(examples[:3])
    )


def ask(recipe: Recipe, base: Path, examples: Sequence[Example]) -> tuple[FitData, TeacherTargets]:
    data = load(recipe, base, examples)
    network = new_network(str(base), data, make_label_mask(data, set()))
    answers = ask_teachers(recipe, examples, data, network, Progress(disable=True))
    assert answers is not None
    return data, answers


def test_a_teacher_answers_the_source_side_of_a_pair(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base)))
    data, answers = ask(recipe, tiny_base, [TRANSLATION, *LABELLED])
    batch = answers.batch(np.arange(len(data.train)))
    assert batch.has_answer.all()
    assert batch.probabilities.sum(1).tolist() == pytest.approx([1.0] * len(data.train), abs=0.01)
    # Labelled examples come first, the pair last.
    first = [data.emojis[i] for i in batch.probabilities.argmax(1).tolist()]
    assert first == [x.emojis[0] for x in LABELLED] + ["🍕"]


def test_a_teacher_answers_its_languages_and_sources_alone(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    english = TeacherRecipe(checkpoint=str(run.base), languages=("en",))
    unknown = replace(LABELLED[0], source="unknown")
    spanish = replace(LABELLED[1], text="sad tears lost", language="es")
    recipe = recipe_with(recipe_file, english)
    examples = [*LABELLED, unknown, spanish, TRANSLATION]
    _, answers = ask(recipe, tiny_base, examples)
    has_answer = answers.batch(np.arange(len(examples))).has_answer.tolist()
    assert has_answer == [True] * len(LABELLED) + [False, False, True]
    assert len(answers.probabilities) == len(LABELLED) + 1


def test_the_answers_of_two_teachers_are_averaged(
    recipe_file: Path, tiny_base: Path, run: TrainingRun, wide: TrainingRun
) -> None:
    teachers = [TeacherRecipe(checkpoint=str(made.base)) for made in (run, wide)]
    alone = [
        ask(recipe_with(recipe_file, teacher), tiny_base, LABELLED)[1].probabilities.float()
        for teacher in teachers
    ]
    _, both = ask(recipe_with(recipe_file, *teachers), tiny_base, LABELLED)
    assert torch.allclose(both.probabilities.float(), (alone[0] + alone[1]) / 2, atol=2e-3)
    assert not torch.allclose(alone[0], alone[1], atol=0.05)


def test_emojis_that_a_teacher_does_not_know_get_nothing_from_it(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base)))
    new = [Example(f"wow {filler}", ("🤯",), "other") for filler in "abcdefgh"]
    data, answers = ask(recipe, tiny_base, [*LABELLED, *new])
    assert not answers.probabilities[:, data.emojis.index("🤯")].any()


def test_targets_are_mixed_by_the_weight(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base)))
    unanswered = replace(LABELLED[0], source="unknown")
    data, answers = ask(recipe, tiny_base, [*LABELLED[:9], unanswered, TRANSLATION])
    batch = data.train.batch(np.arange(len(data.train)))
    teacher = answers.batch(np.arange(len(data.train)))
    torch.manual_seed(2)
    logits = torch.randn(len(data.train), len(data.emojis))
    log_p = logits.log_softmax(1)
    expected = torch.cat(
        [
            0.5 * batch.targets[:9] + 0.5 * teacher.probabilities[:9],
            batch.targets[9:10],
            teacher.probabilities[10:],
        ]
    )
    losses = -(expected * log_p).sum(1)
    loss = soft_cross_entropy(logits, batch, 0.5, teacher)
    assert float(loss) == pytest.approx(float((losses * batch.weight).sum() / batch.weight.sum()))


def test_a_teacher_without_a_head_is_refused(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(tiny_base)))
    with pytest.raises(RecipeError, match="has no emoji head"):
        ask(recipe, tiny_base, LABELLED)
    silent = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base), languages=("xx",)))
    with pytest.raises(RecipeError, match="answers no text"):
        ask(silent, tiny_base, LABELLED)


def test_a_fit_without_labels_of_a_text_learns_its_teachers_answer(
    recipe_file: Path, tiny_base: Path, run: TrainingRun, tmp_path: Path
) -> None:
    """The translation shares no word with the text that the teacher knows."""
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base)))
    data, answers = ask(recipe, tiny_base, [*LABELLED, *[TRANSLATION] * 8])
    network = new_network(str(tiny_base), data, make_label_mask(data, set()))
    fit = recipe.fit.model_copy(update={"max_batch_tokens": 64, "epochs": 30.0, "patience": 99})
    Fit(fit, network, data, tmp_path, FitOptions(teacher=answers)).run(Progress(disable=True))
    batch = data.train.batch(np.array([len(LABELLED)]))
    with torch.no_grad():
        logits = network(batch.input_ids, batch.attention_mask, batch.source)
    assert data.emojis[int(logits.argmax())] == "🍕"


@pytest.mark.parametrize("ngrams", [None, NGramRecipe(buckets=256, width=8, epochs=1.0)])
def test_pairs_teach_a_language_that_no_source_labels(
    recipe_file: Path, tiny_base: Path, run: TrainingRun, tmp_path: Path, ngrams: NGramRecipe | None
) -> None:
    translations = {"funny joke": "furious rage", "sad tears": "unfair", "pizza": "mourning alone"}
    rows = [
        {"source": f"{known} {a} {b}", "target": f"{foreign} {a} {b}", "lang": "xx"}
        for known, foreign in translations.items()
        for a in "abcdefgh"
        for b in "abcdefgh"
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pairs.parquet")
    pairs = SourceRecipe(name="pairs", kind="pairs", path=str(tmp_path / "pairs.parquet"))
    recipe = recipe_with(recipe_file, TeacherRecipe(checkpoint=str(run.base), languages=("en",)))
    english = recipe.sources[0].model_copy(update={"language": "en"})
    fit = recipe.fit.model_copy(update={"epochs": 3.0, "max_batch_tokens": 320})
    taught = recipe.model_copy(
        update={
            "sources": (english, pairs),
            "validation": recipe.validation[:1],
            "fit": fit,
            "ngrams": ngrams,
        }
    )
    made = TrainingRun(tmp_path / "run", threads=1)
    trained = train(taught, str(tiny_base), made, Progress(disable=True))
    assert trained.manifest.sources["pairs"] > 300
    assert (made.base / HEAD_WEIGHTS).exists()
    predictor, known = Predictor(trained), {"😂", "😢", "🍕"}
    for text, emoji in (("furious rage", "😂"), ("unfair", "😢"), ("mourning alone", "🍕")):
        assert predictor.predict([text], 1, known)[0][0].emoji == emoji
