"""Texts of the benchmark, read as a recipe describes them, without what would give them away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from typing import Literal

from model.evaluation.bias_probes import GROUPS, TEMPLATES
from model.evaluation.gravity_figures import GRAVE
from model.text import clean
from model.training.data.splits import Split, read_split
from model.training.data.tables import MissingSource
from model.training.gravity.sentences import SENTENCES, read_sentences
from model.training.recipe import Recipe, SourceRecipe

TaskKind = Literal["emoji", "emotion", "gravity"]
_GRAVITY = "gravity"
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Task:
    """One set of texts, cleaned, and what is asked about them."""

    kind: TaskKind
    split: Split

    @property
    def name(self) -> str:
        """The name of the set."""
        return self.split.name


def text_id(text: str) -> str:
    """Return the key under which a submission answers a cleaned text: it holds no text."""
    return sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def read_tasks(recipe: Recipe, limit: int | None = None) -> tuple[list[Task], list[str]]:
    """Return the tasks, and the names of sets whose texts are missing.

    Texts are cleaned, so that neither their emojis nor the variation selectors that some sets left
    behind reveal a label; each text occurs once. ``limit`` cuts each set, and each language of it.

    Raises:
        RecipeError: a file is not as the recipe says.
        SentenceError: the sentences about gravity cannot be read.
    """
    seen: set[str] = set()
    tasks, missing = [], []
    for source in recipe.held_out:
        try:
            tasks.append(_read_task(recipe, _limited(source, limit), seen))
        except MissingSource:
            missing.append(source.name)
    if SENTENCES.is_dir():
        return [*tasks, _gravity_task(limit)], missing
    return tasks, [*missing, _GRAVITY]


def probe_texts() -> list[str]:
    """Return the sentences of the bias probes."""
    return [template.format(group) for template, group in product(TEMPLATES, GROUPS)]


def all_texts(tasks: Sequence[Task]) -> Iterator[tuple[str, Task | None]]:
    """Yield every text that a submission answers, with its task; None for a bias probe."""
    for task in tasks:
        for text in task.split.texts:
            yield text, task
    for text in probe_texts():
        yield text, None


def _limited(source: SourceRecipe, limit: int | None) -> SourceRecipe:
    if limit is None:
        return source
    by_language = source.limit_per_language and min(limit, source.limit_per_language)
    whole = source.limit and min(limit, source.limit)
    return source.model_copy(update={"limit": whole, "limit_per_language": by_language})


def _read_task(recipe: Recipe, source: SourceRecipe, seen: set[str]) -> Task:
    split = read_split(recipe, source)
    texts = [clean(text) for text in split.texts]
    kept = [i for i, text in enumerate(texts) if text not in seen and not seen.add(text)]  # type: ignore[func-returns-value]
    fresh = replace(
        split,
        texts=[texts[i] for i in kept],
        truth=[split.truth[i] for i in kept],
        languages=[split.languages[i] for i in kept],
    )
    return Task("emotion" if split.has_emotions else "emoji", fresh)


def _gravity_task(limit: int | None) -> Task:
    sentences = [s for s in read_sentences(SENTENCES) if s.split == "test"]
    by_language: dict[str, int] = {}
    kept = []
    for sentence in sentences:
        by_language[sentence.language] = by_language.get(sentence.language, 0) + 1
        if limit is None or by_language[sentence.language] <= limit:
            kept.append(sentence)
    return Task(
        "gravity",
        Split(
            _GRAVITY,
            has_emotions=False,
            texts=[clean(s.text) for s in kept],
            truth=[(GRAVE if s.is_grave else s.kind,) for s in kept],
            candidates=None,
            languages=[s.language for s in kept],
        ),
    )
