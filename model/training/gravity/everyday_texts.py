"""Everyday texts in many languages, on which a gravity head must not see a death.

The tables of sentences hold what is grave and what sounds like it; a head that is fitted on those
alone takes plain sentences for either. Collections of translations are full of plain sentences, and
their English side tells which ones are not.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from pyarrow import parquet

from model.gravity_lexicon import GravityLexicon
from model.text import clean, has_words

LANGUAGES = ("es", "pt", "de", "fr", "ru", "tr", "ar", "hi", "ja", "it", "pl", "uk", "zh")
"""Languages of the sides that are read beside English."""
MAX_TEXTS = 400
"""Texts of a language that are read from each collection."""
_COLLECTIONS = ("laser_tatoeba", "xdailydialog", "msctd")
SERIOUS = frozenset(
    {"dying", "killing", "mourning", "illness", "self_harm", "abuse", "disaster", "news"}
)
"""Classes of the lexicon; a sentence with a word of any of them is left out."""


def read_everyday_texts(data: Path, lexicon: GravityLexicon) -> list[str]:
    """Return cleaned texts, each once, of the collections that are installed; none without any."""
    found: dict[str, None] = {}
    serious = {i for i, name in enumerate(lexicon.classes) if name in SERIOUS}
    for name in _COLLECTIONS:
        path = data / name / "pairs.parquet"
        if not path.is_file():
            continue
        rows = parquet.read_table(path, columns=["source", "target", "lang"]).to_pylist()
        plain = [row for row in rows if serious.isdisjoint(lexicon.active(row["source"]))]
        for language in ("en", *LANGUAGES):
            found.update(dict.fromkeys(islice(_texts(plain, language), MAX_TEXTS)))
    return list(found)


def _texts(rows: list[Mapping[str, str]], language: str) -> Iterator[str]:
    """Yield the cleaned sides of pairs that are in a language."""
    sides = (
        row["source"] if language == "en" else row["target"]
        for row in rows
        if language in ("en", row["lang"])
    )
    yield from (text for side in sides if has_words(text := clean(side)))
