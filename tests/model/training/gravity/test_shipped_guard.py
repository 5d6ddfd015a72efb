"""The shipped guard on the sentences that no fit saw, and the tables of sentences."""

from collections import Counter
from pathlib import Path

import pytest

from model import artifact
from model.training.gravity.evaluate_guard import evaluate_guard
from model.training.gravity.sentences import SentenceError, expand, read_patterns, read_sentences

ROOT = Path(__file__).resolve().parents[4]
SENTENCES = ROOT / "recipes" / "gravity"
LONG = ("en", "es", "pt", "de", "fr", "ru")
SHORT = ("tr", "ar", "hi", "ja")


def test_the_shipped_figures_are_those_that_are_measured() -> None:
    shipped = artifact.load(ROOT / "model/default")
    measured = evaluate_guard(shipped, SENTENCES)
    for found, stated in zip(measured, shipped.manifest.gravity, strict=True):
        assert found.language == stated.language
        assert abs(found.mocked - stated.mocked) <= 1
        assert abs(found.offered - stated.offered) <= 2
    english = measured[0]
    assert english.language == "en"
    assert english.mocked <= 1
    assert english.offered <= 0.05 * english.grave_texts
    assert english.kept >= 0.75 * english.laughing_texts


def test_every_language_has_enough_sentences_and_half_of_them_for_tests() -> None:
    counts = Counter((s.language, s.is_grave, s.split) for s in read_sentences(SENTENCES))
    for grave in (True, False):
        for language in (*LONG, *SHORT):
            total = counts[language, grave, "train"] + counts[language, grave, "test"]
            assert total >= (200 if language in LONG else 60)
        for language in LONG:
            assert counts[language, grave, "test"] >= 96


def test_no_test_sentence_is_trained_on() -> None:
    sentences = read_sentences(SENTENCES)
    held_out = {s.text.casefold() for s in sentences if s.split == "test"}
    assert not held_out & {s.text.casefold() for s in sentences if s.split == "train"}
    assert not held_out & {t.text for t in expand(read_patterns(SENTENCES / "patterns.toml"))}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text\nhello\n", "the first line"),
        ("kind\tsplit\ttext\ngrief\ttrain\n", r"en\.tsv:2"),
        ("kind\tsplit\ttext\njoy\ttrain\thello\n", r"en\.tsv:2"),
    ],
)
def test_a_malformed_table_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "en.tsv").write_text(content, "utf-8")
    with pytest.raises(SentenceError, match=message):
        read_sentences(tmp_path)
