"""Pairs of translations as examples without emojis: a teacher answers for both sides."""

from typing import Any

from model.examples import Example
from model.text import clean, dedup_key_of_cleaned
from model.training.recipe import SourceRecipe


def pair_examples(
    row: dict[str, Any], source: SourceRecipe, held_out: frozenset[str], seen: set[str]
) -> list[Example]:
    """Return both sides of a pair, each text once; their target is the answer to the source side.

    A pair is left out if a side has no letters or is a held-out text. The keys of the texts are
    added to ``seen``.
    """
    asked, translation = (clean(row[column]) for column in source.text_columns)
    keys = [dedup_key_of_cleaned(text) for text in (asked, translation)]
    if not all(keys) or held_out & set(keys):
        return []
    examples = []
    for text, key in zip((asked, translation), keys, strict=True):
        if key not in seen:
            seen.add(key)
            examples.append(
                Example(
                    text,
                    (),
                    source.name,
                    source.weight,
                    language=source.language or "en",
                    teacher_text=asked,
                )
            )
    return examples
