"""Texts that keep a fit from forgetting: on them it is held to what the artifact says now."""

import random
from collections.abc import Sequence

from model.emoji import names
from model.text import clean, has_words
from model.training.recipe import Recipe, SourceRecipe
from model.training.sources import load_examples

TEXTS = 6_000
"""Of a recipe's sources."""


def rehearsal_texts(recipe: Recipe | None, size: int = TEXTS, seed: int = 20) -> list[str]:
    """Cleaned texts: what emojis are called, and a share of each source that is at hand.

    A source without its file here is passed over.
    """
    texts = [clean(", ".join(called[:4])) for called in names().values()]
    if recipe is not None:
        present = [s for s in recipe.sources if s.kind != "names" and at_hand(recipe, s)]
        for source, share in zip(present, _shares(present, size), strict=True):
            some = source.model_copy(update={"limit": share})
            texts += [example.text for example in load_examples(recipe, [some])]
    texts = [text for text in dict.fromkeys(texts) if has_words(text)]
    random.Random(seed).shuffle(texts)  # noqa: S311 - not for secrets
    return texts


def at_hand(recipe: Recipe, source: SourceRecipe) -> bool:
    """Whether the source's file is there; the Hub is not asked."""
    return source.path is not None and (recipe.folder / source.path).exists()


def _shares(sources: Sequence[SourceRecipe], size: int) -> list[int]:
    """In proportion to what a whole training takes of each."""
    limits = [source.limit or 40_000 for source in sources]
    return [max(1, size * limit // sum(limits)) for limit in limits]
