"""Words and phrases by class, which the gravity head reads beside the encoder's vector."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

_TOKEN = re.compile(r"[\w']+")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().translate(_APOSTROPHES))


class GravityLexicon:
    """Classes of words; one feature a class: 1 if the text has any of its words or phrases."""

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        """Index the words by their tokens."""
        self.classes = {name: tuple(words) for name, words in classes.items()}
        found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for i, words in enumerate(self.classes.values()):
            for word in words:
                found[tuple(_tokens(word))].add(i)
        self._by_tokens = dict(found)
        self._longest: dict[str, int] = {}  # first token -> tokens of the longest phrase
        for tokens in found:
            self._longest[tokens[0]] = max(len(tokens), self._longest.get(tokens[0], 0))

    @classmethod
    def empty(cls) -> Self:
        """Return a lexicon without classes."""
        return cls({})

    def active(self, text: str) -> NDArray[np.intp]:
        """Return the indices of the classes that a text has words of, ascending."""
        tokens = _tokens(text)
        found: set[int] = set()
        for start, token in enumerate(tokens):
            for end in range(start + 1, start + 1 + self._longest.get(token, 0)):
                if classes := self._by_tokens.get(tuple(tokens[start:end])):
                    found |= classes
        return np.array(sorted(found), dtype=np.intp)
