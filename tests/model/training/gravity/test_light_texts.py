"""Posts on which their authors laughed."""

from pathlib import Path

import pytest
from pyarrow import Table, parquet

from model.training.gravity import light_texts
from model.training.gravity.light_texts import read_light_texts


def write(folder: Path, name: str, rows: list[dict[str, str | None]]) -> None:
    (folder / name).mkdir()
    parquet.write_table(Table.from_pylist(rows), folder / name / "train.parquet")


def test_posts_count_whose_emojis_all_laugh(tmp_path: Path) -> None:
    posts = ("so funny 😂🤣", "he is gone 😂💔", "no emoji here", "😂", "good day 🎉")
    write(tmp_path, "tweets_2020", [{"text": text, "lang": "en"} for text in posts])
    taken_out = [("ich lache", "😂"), ("ich weine", "😢"), ("so funny", "😂")]
    write(tmp_path, "telegram_ru", [{"text": t, "emoji": e, "lang": "de"} for t, e in taken_out])
    assert read_light_texts(tmp_path) == ["so funny", "good day", "ich lache"]


def test_a_language_has_a_limit_in_each_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(light_texts, "MAX_TEXTS", 2)
    rows = [{"text": f"haha {n} 😂", "lang": code} for code in ("en", "es") for n in "abc"]
    write(
        tmp_path, "tweets_2020", [{**row, "text": f"{row['lang']} {row['text']}"} for row in rows]
    )
    assert read_light_texts(tmp_path) == ["en haha a", "en haha b", "es haha a", "es haha b"]


def test_sets_may_be_missing(tmp_path: Path) -> None:
    assert read_light_texts(tmp_path) == []
