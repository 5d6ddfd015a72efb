"""Baselines of evaluation splits, fitted on the sources of a recipe."""

from collections.abc import Sequence

from model.evaluation.evaluate import Ranker
from model.text import dedup_key
from model.training.data.sources import load_examples
from model.training.data.splits import read_split
from model.training.evaluation.baselines import NaiveBayesBaseline, PriorBaseline, read_published
from model.training.recipe import Recipe, SourceRecipe


class Baselines:
    """Baselines of some splits, each fitted once, on no text of any of the splits."""

    def __init__(self, recipe: Recipe, splits: Sequence[SourceRecipe]) -> None:
        self._recipe, self._splits = recipe, splits
        self._fitted: dict[str, list[tuple[str, Ranker]]] = {}

    def for_split(self, split: SourceRecipe) -> list[tuple[str, Ranker]]:
        """Return the baselines by name: published predictions if any, the prior, naive Bayes.

        Raises:
            RecipeError: a file is missing.
        """
        fitted_on = split.baseline or split.name
        if fitted_on not in self._fitted:
            self._fitted[fitted_on] = self._fit(fitted_on)
        if split.published is None:
            return self._fitted[fitted_on]
        published = read_published(split, self._recipe.folder)
        return [("published", published), *self._fitted[fitted_on]]

    def _fit(self, name: str) -> list[tuple[str, Ranker]]:
        sources = [s for s in self._recipe.sources if s.name == name]
        if not sources:
            return []
        # Without the recipe's limit: the baselines get all there is.
        unlimited = [s.model_copy(update={"skip": 0, "limit": None}) for s in sources]
        evaluated = {
            dedup_key(text)
            for split in self._splits
            for text in read_split(self._recipe, split).texts
        }
        examples = load_examples(self._recipe, unlimited, evaluated)
        return [("prior", PriorBaseline(examples)), ("naive Bayes", NaiveBayesBaseline(examples))]
