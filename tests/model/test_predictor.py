"""Predictions of a tiny artifact whose answers are known."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model import Predictor
from model.artifact import ArtifactError, load, save_table, write_manifest
from model.evaluation.evaluate import CachingPredictor, rank
from tests.tiny import WORDS


@pytest.fixture(scope="module")
def predictor(tiny_artifact: Path) -> Predictor:
    return Predictor.load(str(tiny_artifact))


@pytest.mark.parametrize(("word", "emoji"), WORDS.items())
def test_a_known_word_predicts_its_emoji(predictor: Predictor, word: str, emoji: str) -> None:
    assert predictor.predict([f"well, {word}!"])[0][0].emoji == emoji


def test_predictions_do_not_depend_on_the_batch(predictor: Predictor) -> None:
    texts = ["pizza", "so very sad and angry today", "", "thanks " * 30] * 40
    together = predictor.predict(texts)
    alone = [predictor.predict([text])[0] for text in texts]
    for a, b in zip(together, alone, strict=True):
        assert [p.emoji for p in a] == [p.emoji for p in b]
        assert [p.score for p in a] == pytest.approx([p.score for p in b], rel=1e-5)


LONG = "we drove all night through the rain, and in the morning nobody knew why we had come at all "


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load()


def test_a_text_is_answered_the_same_beside_longer_ones(shipped: Predictor) -> None:
    require_the_same_beside(shipped, "i failed my driving test for the third time")


def test_a_text_is_answered_the_same_beside_others_as_long(shipped: Predictor) -> None:
    # More tokens than are read, so that all have the same number.
    require_the_same_beside(shipped, f"i failed my driving test for the third time, and {LONG * 3}")


def require_the_same_beside(shipped: Predictor, text: str) -> None:
    """Fail if fifteen long texts change the answer to a text."""
    others = [f"{word} " * 60 for word in ("!?", "pizza", "THE", "grief", "1000", LONG) * 3][:15]
    [alone], [beside, *_] = shipped.predict([text]), shipped.predict([text, *others])
    assert [p.emoji for p in beside] == [p.emoji for p in alone]
    assert [p.score for p in beside] == pytest.approx([p.score for p in alone], rel=1e-4)


def test_scores_are_probabilities_over_the_candidates(predictor: Predictor) -> None:
    everything = predictor.predict(["pizza party"], k=1000)[0]
    assert sum(p.score for p in everything) == pytest.approx(1)
    assert [p.score for p in everything] == sorted((p.score for p in everything), reverse=True)
    two = predictor.predict(["pizza party"], candidates={"🍕", "🎉"})[0]
    assert {p.emoji for p in two} == {"🍕", "🎉"}
    assert sum(p.score for p in two) == pytest.approx(1)


def test_candidates_are_canonical_and_unknown_ones_ignored(predictor: Predictor) -> None:
    assert predictor.predict(["love"], candidates={"❤️", "🦖", "x"})[0][0].emoji == "❤"
    assert predictor.predict(["love"], candidates=set()) == [[]]
    assert predictor.predict(["love"], candidates={"no emoji"}) == [[]]


def test_a_custom_emoji_scores_by_its_name(predictor: Predictor) -> None:
    offered = {":pizzaTime:", ":sad_cat:", "🎉"}
    assert predictor.predict(["pizza"], candidates=offered)[0][0].emoji == ":pizzaTime:"
    assert predictor.predict(["i am sad"], candidates=offered)[0][0].emoji == ":sad_cat:"


def test_memory_for_candidates_is_bounded(
    tiny_artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = Predictor.load(str(tiny_artifact))
    batch_sizes: list[int] = []
    encode = predictor.encode

    def measured(cleaned: Sequence[str]) -> NDArray[np.float32]:
        batch_sizes.append(len(cleaned))
        return encode(cleaned)

    monkeypatch.setattr(predictor, "encode", measured)
    letters = [a + b for a in ascii_lowercase for b in ascii_lowercase]
    for number in range(25):
        named = {f":{word}_{letters[number]}_{x}:" for word in letters for x in "abc"}
        assert len(predictor.predict(["pizza"], candidates=named)[0]) == 5
    assert max(batch_sizes) <= 16
    assert predictor._candidates_cache.currsize <= predictor._candidates_cache.maxsize <= 64 << 20
    assert predictor._name_cache.currsize <= predictor._name_cache.maxsize <= 16 << 20


def test_a_name_is_embedded_once(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    first = predictor.predict(["pizza"], candidates={":pizza_one:", ":sad_one:"})[0]
    monkeypatch.setattr(predictor, "_embed_names", None)
    again = predictor.predict(["pizza"], candidates={":pizza_one:", ":sad_one:", "🎉"})[0]
    assert {p.emoji for p in first} <= {p.emoji for p in again}


@pytest.mark.parametrize("text", ["", " ", "🙏", "\ud800", "\u200f\u200b", "@user"])
def test_texts_without_words_have_no_prediction(predictor: Predictor, text: str) -> None:
    assert predictor.predict([text]) == [[]]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=4))
@settings(max_examples=50, deadline=None)
def test_any_text_has_predictions(predictor: Predictor, texts: list[str]) -> None:
    answers = predictor.predict(texts)
    assert len(answers) == len(texts)
    assert all(len(answer) in (0, 5) for answer in answers)


def test_a_long_text_has_predictions(predictor: Predictor) -> None:
    assert predictor.predict(["pizza " * 20_000])[0][0].emoji == "🍕"


def test_no_texts_have_no_predictions(predictor: Predictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.predict(["pizza"], k=0) == [[]]


def test_a_caching_predictor_encodes_once_with_the_same_result(
    tiny_artifact: Path, predictor: Predictor
) -> None:
    remembering = CachingPredictor(load(tiny_artifact))
    texts = ["pizza", "sad", "pizza", "love and fire"]
    for candidates in (None, {"🍕", "😢"}):
        again = remembering.predict(texts, candidates=candidates)
        expected = predictor.predict(texts, candidates=candidates)
        for a, b in zip(again, expected, strict=True):
            assert [p.emoji for p in a] == [p.emoji for p in b]
    assert len(remembering._cache) == 3


def test_ranking_keeps_the_order_of_the_texts(predictor: Predictor) -> None:
    texts = ["pizza and then some more", "sad", "", "a party!!!"]
    ranked, scores = rank(predictor, texts, None)
    assert [best[:1] for best in ranked] == [["🍕"], ["😢"], [], ["🎉"]]
    assert scores[2] == 0
    assert scores[1] > scores[3] > scores[0] > 0.2


def test_a_bias_changes_the_top_k(predictor: Predictor) -> None:
    plain, liked = predictor.predict(["pizza party"] * 2, 2, None, [{}, {"🔥": 20.0, "🦖x": 9.0}])
    assert {p.emoji for p in plain} == {"🍕", "🎉"}
    assert liked[0].emoji == "🔥"
    assert liked[0].score > 0.9
    assert all(p.unbiased_score is None and p.model_score == p.score for p in plain)
    # The model's own score is what it would be without.
    alone = {p.emoji: p.score for p in predictor.predict(["pizza party"], 1000)[0]}
    assert all(p.model_score == pytest.approx(alone[p.emoji]) for p in liked)


def test_custom_emojis_have_biases_too(predictor: Predictor) -> None:
    offered = {":pizzaTime:", ":sad_cat:", "🔥"}
    (best,) = predictor.predict(["pizza"], 1, offered, [{":pizzaTime:": -400.0, ":sad_cat:": 3.0}])[
        0
    ]
    assert best.emoji == ":sad_cat:"


def test_an_encoder_of_another_width_than_the_embeddings_is_refused(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_artifact, tmp_path / "artifact"))
    artifact = load(folder)
    narrow = replace(
        artifact.table,
        embeddings=artifact.table.embeddings[:, :-1],
        name_map=artifact.table.name_map[:-1, :-1],
    )
    save_table(narrow, folder)
    changed = write_manifest(folder, "narrow", narrow.emojis, artifact.manifest)
    with pytest.raises(ArtifactError, match=r"encoder\.onnx gives vectors of 128 numbers"):
        Predictor(changed)
