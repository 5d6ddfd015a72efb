"""Replay texts, on which a fine-tuned model is held to its earlier predictions."""

import random

from model.emoji import emoji_names
from model.text import clean, has_words
from model.training.data.sources import load_examples
from model.training.recipe import Recipe, SourceRecipe

MAX_TEXTS = 7_000
"""From the sources together, each with the same share: small ones would be forgotten first."""


def replay_texts(recipe: Recipe | None, size: int = MAX_TEXTS, seed: int = 20) -> list[str]:
    """Return cleaned texts in random order: names of emojis, and an equal share of each source.

    Sources whose file is missing are left out.
    """
    texts = [clean(", ".join(names[:4])) for names in emoji_names().values()]
    if recipe is not None:
        present = [s for s in recipe.sources if s.is_labelled and is_available(recipe, s)]
        share = size // max(1, len(present))
        for source in present:
            limited = source.model_copy(update={"limit": share})
            texts += [example.text for example in load_examples(recipe, [limited])]
    texts = [text for text in dict.fromkeys(texts) if has_words(text)]
    random.Random(seed).shuffle(texts)  # noqa: S311 - not for secrets
    return texts


def is_available(recipe: Recipe, source: SourceRecipe) -> bool:
    """Return True if the file of a source exists; the Hub is not asked."""
    return source.path is not None and (recipe.folder / source.path).exists()
