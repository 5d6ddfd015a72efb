"""Unlabelled posts, for the distillation of the gravity network (``distill_network``)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pyarrow import parquet

from model.gravity_lexicon import GravityLexicon
from model.text import clean, has_words
from model.training.gravity.everyday_texts import SERIOUS

MAX_SERIOUS = 1_500
"""Posts with a serious word that are read of a set and language: those tell most."""
MAX_OTHERS = 600
"""Other posts of a set and language: few languages have serious words in the lexicon."""
_SETS = (
    *("tweets_2020", "emoji_tweets", "balanced_30", "spanish_64", "telegram_ru", "semeval_es"),
    *("brighter", "go_emotions", "reddit_comments", "youtube_comments", "german_comments"),
)
_MAX_ROWS = 60_000


def read_unlabelled_posts(data: Path, lexicon: GravityLexicon) -> list[str]:
    """Return cleaned posts, each once, of the sets that are installed; none without any."""
    found: dict[str, None] = {}
    for name in _SETS:
        path = data / name / "train.parquet"
        if path.is_file():
            found.update(dict.fromkeys(_posts(path, lexicon)))
    return list(found)


def _posts(path: Path, lexicon: GravityLexicon) -> Iterator[str]:
    serious = {i for i, name in enumerate(lexicon.classes) if name in SERIOUS}
    counts: Counter[tuple[str, bool]] = Counter()
    for row in parquet.read_table(path).slice(0, _MAX_ROWS).to_pylist():
        text = clean(row["text"] or "")
        is_serious = not serious.isdisjoint(lexicon.active(text))
        key = (row.get("lang") or "", is_serious)
        if counts[key] < (MAX_SERIOUS if is_serious else MAX_OTHERS) and has_words(text):
            counts[key] += 1
            yield text
