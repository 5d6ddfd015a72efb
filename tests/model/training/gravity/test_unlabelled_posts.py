"""Unlabelled posts for the distillation."""

from pathlib import Path

import pytest
from pyarrow import Table, parquet

from model.gravity_lexicon import GravityLexicon
from model.training.gravity import unlabelled_posts
from model.training.gravity.unlabelled_posts import read_unlabelled_posts

LEXICON = GravityLexicon({"dying": ["died"], "pet": ["cat"]})


def write(folder: Path, name: str, texts: list[str | None]) -> None:
    (folder / name).mkdir()
    rows = [{"text": text, "lang": "en"} for text in texts]
    parquet.write_table(Table.from_pylist(rows), folder / name / "train.parquet")


def test_serious_and_other_posts_have_limits_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled_posts, "MAX_SERIOUS", 2)
    monkeypatch.setattr(unlabelled_posts, "MAX_OTHERS", 1)
    write(tmp_path, "tweets_2020", ["my cat", "a", "he died", "he died", "she died 😂", "it died"])
    write(tmp_path, "brighter", [None, "😂", "my dog", "he died"])
    posts = read_unlabelled_posts(tmp_path, LEXICON)
    assert posts == ["my cat", "he died", "my dog"]


def test_sets_may_be_missing(tmp_path: Path) -> None:
    assert read_unlabelled_posts(tmp_path, LEXICON) == []
