"""Training end to end on a tiny network: it learns, resumes and exports."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from rich.progress import Progress

from model import Predictor
from model.artifact import load
from model.evaluation.emoji_figures import emoji_figures
from model.evaluation.emotion_figures import emotion_figures
from model.evaluation.evaluate import rank
from model.examples import Example
from model.training.data.fit_data import load_fit_data, make_label_mask
from model.training.data.sources import load_examples
from model.training.data.splits import read_split
from model.training.export.onnx import export_encoder
from model.training.fitting.fit import Fit, new_network
from model.training.fitting.loop import BEST, CHECKPOINT
from model.training.fitting.saved_weights import SavedWeights
from model.training.fitting.warm_start import average_weights, mix_with_start, warm_start
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer
from model.training.network.vocabulary import drop_unused_tokens
from model.training.recipe import Recipe, RecipeError
from model.training.train import TrainingRun, apply_source_prior, train


def test_the_artifact_predicts_its_training_labels(run: TrainingRun) -> None:
    predictor = Predictor.load(str(run.artifact))
    trained = {"😂", "😢", "🍕", "😡", "😠", "😭"}
    for text, emoji in (("funny joke", "😂"), ("tears lost", "😢"), ("pizza cheese", "🍕")):
        assert predictor.predict([text], 1, trained)[0][0].emoji == emoji
    assert predictor.predict(["furious a b c is what"], 1, trained)[0][0].emoji in {"😡", "😠"}


def test_untrained_emojis_have_embeddings_and_little_probability(run: TrainingRun) -> None:
    artifact = load(run.artifact)
    trained = artifact.manifest.trained_emojis
    assert len(artifact.table.emojis) > 1800
    assert trained == 6
    texts = ["furious rage a b c is what", "pizza d e f 7", "sad a a a 9"] * 5
    answers = Predictor(artifact).predict(texts, len(artifact.table.emojis))
    of_trained = [sum(p.score for p in a if p.emoji in artifact.table.emojis[:6]) for a in answers]
    assert np.mean(of_trained) > 0.9


@pytest.mark.parametrize("head_alone", [False, True])
def test_a_warm_start_begins_with_a_lower_loss(
    recipe_file: Path, tiny_base: Path, run: TrainingRun, head_alone: bool
) -> None:
    recipe = Recipe.read(recipe_file)
    examples = load_examples(recipe, recipe.sources)
    few = [x for x in examples if x.source == "inline"]
    more = [*few, *(Example("wow a b", ("🤯",), "other", 1.0) for _ in range(9))]
    data = load_fit_data(recipe.fit, load_tokenizer(str(tiny_base), 16), more, few[:60])
    cold = new_network(str(tiny_base), data, make_label_mask(data, set()))
    base = str(run.base if head_alone else tiny_base)
    earlier = SavedWeights.read_head(base) if head_alone else SavedWeights.read(run.folder / BEST)
    assert earlier is not None
    warm = new_network(base, data, make_label_mask(data, set()))
    warm_start(warm, data, base, earlier)
    assert "🤯" in data.emojis
    losses = [Fit(recipe.fit, n, data, run.folder / "x").validation_loss() for n in (cold, warm)]
    assert losses[1] < losses[0] / 2


def test_a_run_begins_from_the_head_beside_its_base(
    recipe_file: Path, run: TrainingRun, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    no_learning = {
        "learning_rate": 1e-12, "embedding_learning_rate": 1e-12, "weight_decay": 0.0,
        "epochs": 0.1, "freeze_embeddings": True,
    }  # fmt: skip
    fit = recipe.fit.model_copy(update=no_learning)
    priors = {"inline": 0.5, "label": 0.25}
    still = recipe.model_copy(update={"fit": fit, "prior_weights": priors})
    again = TrainingRun(tmp_path, threads=1)
    train(still, str(run.base), again, Progress(disable=True))
    trained = {"😂", "😢", "🍕", "😡", "😠", "😭"}
    predictor = Predictor.load(str(again.artifact))
    for text, emoji in (("funny joke", "😂"), ("tears lost", "😢"), ("pizza cheese", "🍕")):
        assert predictor.predict([text], 1, trained)[0][0].emoji == emoji
    first, second = (SavedWeights.read_head(str(r.base)) for r in (run, again))
    assert first is not None
    assert second is not None
    assert torch.allclose(first.network["embeddings"], second.network["embeddings"], atol=1e-4)


def test_a_prior_without_examples_is_refused_before_the_fit(
    recipe_file: Path, tiny_base: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    empty = recipe.sources[0].model_copy(update={"name": "empty", "languages": ("zz",)})
    wrong = recipe.model_copy(
        update={"sources": (*recipe.sources, empty), "prior_weights": {"empty": 1.0}}
    )
    with pytest.raises(RecipeError, match="prior_weights: source empty has no examples"):
        train(wrong, str(tiny_base), TrainingRun(tmp_path, threads=1), Progress(disable=True))
    assert not (tmp_path / CHECKPOINT).exists()


def test_weights_are_averaged_with_those_of_other_runs(
    recipe_file: Path, tiny_base: Path, run: TrainingRun, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    examples = load_examples(recipe, recipe.sources)
    more = [*examples, *(Example("wow a b", ("🤯",), "other", 1.0) for _ in range(9))]
    data = load_fit_data(recipe.fit, load_tokenizer(str(tiny_base), 16), more, examples[:60])
    torch.manual_seed(9)
    network = new_network(str(tiny_base), data, make_label_mask(data, set()))
    first = {name: value.clone() for name, value in network.state_dict().items()}
    begun, other = run.folder / BEST, tmp_path / BEST
    theirs = torch.load(begun, weights_only=True)
    torch.save({**theirs, "network": {k: v + 1.0 for k, v in theirs["network"].items()}}, other)
    average_weights(network, data, [(begun, 0.5), (other, 0.25)])
    rows = [data.emojis.index(emoji) for emoji in theirs["emojis"]]
    kept = theirs["network"]
    expected = 0.25 * first["embeddings"][rows] + 0.75 * kept["embeddings"] + 0.25
    assert torch.allclose(network.embeddings[rows], expected, atol=1e-5)
    name = "text_encoder.projection.weight"
    expected = 0.25 * first[name] + 0.75 * kept[name] + 0.25
    assert torch.allclose(network.state_dict()[name], expected, atol=1e-5)
    unknown = data.emojis.index("🤯")
    assert torch.equal(network.embeddings[unknown], first["embeddings"][unknown])


def test_the_mean_with_the_weights_before_the_fit_has_their_share() -> None:
    network = torch.nn.BatchNorm1d(3)
    start = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        for value in network.parameters():
            value.add_(1.0)
    count = network.num_batches_tracked
    assert count is not None
    count.add_(5)
    mix_with_start(network, start, 0.6)
    assert torch.allclose(network.weight, start["weight"] + 0.4)
    assert int(count) == 5  # a count has no mean


def test_held_out_figures_show_that_it_learnt(run: TrainingRun, recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    predictor = Predictor.load(str(run.artifact))
    label, emotion = (read_split(recipe, source) for source in recipe.held_out)
    emojis = emoji_figures(rank(predictor, label.texts, label.candidates), label.truth)
    assert emojis.hit_1 > 0.9
    assert emojis.macro_f1 is not None
    assert emojis.macro_f1 > 0.9
    emotions = emotion_figures(rank(predictor, emotion.texts, None), emotion.truth)
    assert (emotions.carried or 0) > 0.9
    assert emotions.tone_deaf is not None
    assert emotions.tone_deaf < 0.1


def test_a_run_writes_loss_curves_and_a_calibrated_artifact(run: TrainingRun) -> None:
    assert (run.folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert 0 < Predictor.load(str(run.artifact)).threshold < 1


def test_the_exported_encoder_gives_the_vectors_of_torch(tiny_base: Path, tmp_path: Path) -> None:
    import onnxruntime

    text = TextEncoder.from_base(str(tiny_base)).eval()
    tokenizer = load_tokenizer(str(tiny_base), 16)
    texts = ["funny joke laugh", "pizza", "sad a b c d e f g h"]
    expected = encode_texts(text, tokenizer, texts).numpy()
    pruned = drop_unused_tokens(text, tokenizer)
    export_encoder(text, tmp_path / "encoder.onnx", quantize=False)
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx")
    encoded = pruned.encode_batch(texts)
    feed = {
        "input_ids": np.array([e.ids for e in encoded]),
        "attention_mask": np.array([e.attention_mask for e in encoded]),
    }
    assert session.run(None, feed)[0] == pytest.approx(expected, abs=1e-4)


def test_an_interrupted_fit_resumes_from_its_checkpoint(
    recipe_file: Path, tiny_base: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    examples = load_examples(recipe, recipe.sources)
    data = load_fit_data(
        recipe.fit,
        load_tokenizer(str(tiny_base), 16),
        examples,
        load_examples(recipe, recipe.validation),
    )

    def fit(folder: Path) -> Fit[TextEncoder]:
        torch.manual_seed(1)
        return Fit(
            recipe.fit,
            new_network(str(tiny_base), data, make_label_mask(data, {"label"})),
            data,
            folder,
        )

    whole = fit(tmp_path / "whole")
    whole.run(Progress(disable=True))
    killed = fit(tmp_path / "killed")
    _stop_after(killed, 27)
    with pytest.raises(KeyboardInterrupt):
        killed.run(Progress(disable=True))
    resumed = fit(tmp_path / "killed")
    resumed.run(Progress(disable=True))
    assert resumed.state.step == whole.state.step
    assert resumed.state.best_loss == pytest.approx(whole.state.best_loss, rel=1e-4)
    assert resumed.state.history[0] == killed.state.history[0]


def _stop_after(fit: Fit[TextEncoder], steps: int) -> None:
    training_loss = fit.training_loss

    def interrupted(batch: NDArray[np.int64]) -> torch.Tensor:
        if fit.state.step >= steps:
            raise KeyboardInterrupt
        return training_loss(batch)

    fit.training_loss = interrupted  # type: ignore[method-assign]


def test_a_checkpoint_of_other_data_is_refused(
    recipe_file: Path, tiny_base: Path, run: TrainingRun
) -> None:
    recipe = Recipe.read(recipe_file)
    examples = load_examples(recipe, recipe.sources[:2])
    data = load_fit_data(recipe.fit, load_tokenizer(str(tiny_base), 16), examples, examples[:10])
    network = new_network(str(tiny_base), data, make_label_mask(data, set()))
    with pytest.raises(ValueError, match=CHECKPOINT):
        Fit(recipe.fit, network, data, run.folder).run(Progress(disable=True))


def test_the_manifest_lists_the_sources(run: TrainingRun) -> None:
    artifact = load(run.artifact)
    assert artifact.version.startswith("synthetic-")
    assert set(artifact.manifest.sources) == {"inline", "label", "emotion"}


def test_the_prior_of_a_source_is_added_with_its_weight(tiny_base: Path) -> None:
    text = TextEncoder.from_base(str(tiny_base))
    network = EmojiNetwork(text, torch.zeros(2, 4), torch.ones(2, 2, dtype=torch.bool))
    with torch.no_grad():
        network.bias.copy_(torch.tensor([1.0, 2.0]))
        network.source_bias.copy_(torch.tensor([[9.0, 9.0], [4.0, -2.0]]))
    apply_source_prior(network, 1, 0.5)
    assert network.bias.tolist() == [3.0, 1.0]
