"""The shipped guard on the sentences that no fit saw, and the tables of sentences."""

import shutil
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from model import artifact
from model.evaluation.gravity_section import pool
from model.text import dedup_key, dedup_key_of_cleaned
from model.training.gravity.evaluate_guard import evaluate_guard
from model.training.gravity.sentences import (
    GRAVE_KINDS,
    HARMLESS_KINDS,
    SentenceError,
    expand,
    read_patterns,
    read_sentences,
)

ROOT = Path(__file__).resolve().parents[4]
SENTENCES = ROOT / "recipes" / "gravity"
LONG = ("en", "es", "pt", "de", "fr", "ru")
SHORT = ("tr", "ar", "hi", "ja")


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    """Sentences of some languages: all of them take a minute."""
    for language in ("en", "ru", "ja"):
        shutil.copy(SENTENCES / f"{language}.tsv", tmp_path)
    return tmp_path


@pytest.mark.timeout(400)
def test_the_shipped_figures_are_those_that_are_measured(sentences: Path) -> None:
    shipped = artifact.load(ROOT / "model/default")
    measured = evaluate_guard(shipped, sentences)
    all_stated = {stated.language: stated for stated in shipped.manifest.gravity}
    for found in measured:
        stated = all_stated[found.language]
        assert abs(found.mocked - stated.mocked) <= 1
        assert abs(found.offered - stated.offered) <= 2
    everywhere = pool(measured)
    assert everywhere.mocked <= 0.01 * everywhere.grave_texts
    assert everywhere.offered <= 0.15 * everywhere.grave_texts
    assert everywhere.kept >= 0.75 * everywhere.laughing_texts


@pytest.mark.timeout(400)
def test_the_guard_knows_languages_that_no_fit_read() -> None:
    shipped = artifact.load(ROOT / "model/default")
    measured = pool(evaluate_guard(shipped, SENTENCES / "unseen"))
    assert measured.mocked <= 0.02 * measured.grave_texts
    assert measured.offered <= 0.2 * measured.grave_texts
    assert measured.unasked <= 0.1 * measured.self_harm_texts
    assert measured.kept >= 0.75 * measured.laughing_texts


def test_unseen_languages_are_in_no_fit() -> None:
    unseen = {s.language for s in read_sentences(SENTENCES / "unseen")}
    assert unseen
    assert not unseen & {s.language for s in read_sentences(SENTENCES)}


def test_every_language_has_enough_sentences_of_each_split() -> None:
    counts = Counter((s.language, s.is_grave, s.split) for s in read_sentences(SENTENCES))
    for grave in (True, False):
        for language in (*LONG, *SHORT):
            total = counts[language, grave, "train"] + counts[language, grave, "test"]
            assert total >= (200 if language in LONG else 60)
            assert counts[language, grave, "validation"] >= (60 if language in LONG else 30)
        for language in LONG:
            assert counts[language, grave, "test"] >= 96


def test_the_validation_split_has_every_kind_in_every_language() -> None:
    found = {(s.language, s.kind) for s in read_sentences(SENTENCES) if s.split == "validation"}
    assert found == set(product((*LONG, *SHORT), (*GRAVE_KINDS, *HARMLESS_KINDS)))


def test_no_sentence_of_one_split_is_in_another() -> None:
    keys = [(dedup_key(s.text), s.split) for s in read_sentences(SENTENCES)]
    splits = Counter(key for key, _ in set(keys))
    assert [key for key, count in splits.items() if count > 1] == []
    held_out = {key for key, split in keys if split != "train"}
    patterns = expand(read_patterns(SENTENCES / "patterns.toml"))
    assert not held_out & {dedup_key_of_cleaned(t.text) for t in patterns}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text\nhello\n", "the first line"),
        ("kind\tsplit\ttext\ngrief\ttrain\n", r"en\.tsv:2"),
        ("kind\tsplit\ttext\njoy\ttrain\thello\n", r"en\.tsv:2"),
        ("kind\tsplit\ttext\ngrief\tdev\thello\n", r"en\.tsv:2: .*train, validation or test"),
    ],
)
def test_a_malformed_table_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "en.tsv").write_text(content, "utf-8")
    with pytest.raises(SentenceError, match=message):
        read_sentences(tmp_path)
