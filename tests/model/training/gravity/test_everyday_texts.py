"""Everyday texts among collections of translations."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from model.gravity_lexicon import GravityLexicon
from model.training.gravity.everyday_texts import MAX_TEXTS, read_everyday_texts

LEXICON = GravityLexicon({"person": ["grandpa"], "dying": ["died", "passed away"]})


def write_pairs(data: Path, name: str, pairs: list[tuple[str, str, str]]) -> None:
    (data / name).mkdir(parents=True)
    columns = dict(
        zip(("source", "target", "lang"), map(list, zip(*pairs, strict=True)), strict=True)
    )
    parquet.write_table(pa.table(columns), data / name / "pairs.parquet")


def test_both_sides_of_a_serious_sentence_are_left_out(tmp_path: Path) -> None:
    pairs = [
        ("I forgot my keys.", "He olvidado mis llaves.", "es"),
        ("Grandpa passed away.", "Falleció el abuelo.", "es"),
        ("Grandpa sleeps.", "Opa schläft.", "de"),
        ("I forgot my keys.", "Olvidei-me das chaves.", "xx"),
    ]
    write_pairs(tmp_path, "laser_tatoeba", pairs)
    assert read_everyday_texts(tmp_path, LEXICON) == [
        "I forgot my keys.", "Grandpa sleeps.", "He olvidado mis llaves.", "Opa schläft.",
    ]  # fmt: skip


def test_a_language_has_a_share_of_each_collection(tmp_path: Path) -> None:
    pairs = [(f"Source {i}", f"Ziel {i}", "de") for i in range(MAX_TEXTS + 10)]
    write_pairs(tmp_path, "laser_tatoeba", pairs)
    assert len(read_everyday_texts(tmp_path, LEXICON)) == 2 * MAX_TEXTS


def test_without_any_collection_there_are_none(tmp_path: Path) -> None:
    assert read_everyday_texts(tmp_path, LEXICON) == []
