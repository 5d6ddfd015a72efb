"""Posts on which their authors laughed, on which a gravity head must not see a death.

The tables of sentences are short of what people write in public: fans, politics, irony. The
author's own emoji tells which of it is light.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyarrow import parquet

from model.emoji import find_emojis
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS
from model.text import clean, has_words

MAX_TEXTS = 300
"""Posts of a language that are read from each set."""
_SETS = ("tweets_2020", "emoji_tweets", "balanced_30", "spanish_64", "telegram_ru", "semeval_es")
_MAX_ROWS = 200_000


def read_light_texts(data: Path) -> list[str]:
    """Return cleaned posts, each once, of the sets that are installed; none without any."""
    found: dict[str, None] = {}
    for name in _SETS:
        path = data / name / "train.parquet"
        if path.is_file():
            found.update(dict.fromkeys(_light(path)))
    return list(found)


def _light(path: Path) -> Iterator[str]:
    """Yield the posts whose emojis all laugh or celebrate, at most so many of each language."""
    counts: Counter[str] = Counter()
    for row in parquet.read_table(path).slice(0, _MAX_ROWS).to_pylist():
        language, text = row.get("lang") or "", row["text"]
        if counts[language] >= MAX_TEXTS or not _emojis(row) <= LAUGHING_OR_CELEBRATING_EMOJIS:
            continue
        if has_words(cleaned := clean(text)):
            counts[language] += 1
            yield cleaned


def _emojis(row: Mapping[str, str | None]) -> set[str]:
    """Return the emojis of a post: the one that was taken out of it, or those in its text."""
    taken_out = row.get("emoji")
    return {taken_out} if taken_out else set(find_emojis(row["text"] or "")) or {""}
