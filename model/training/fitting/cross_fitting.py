"""What n-grams say of a text that they have not read, for an encoder that learns beside them.

Their memory of their own texts is better than of any other: an encoder that learnt beside it would
leave to them what they cannot do once they serve. So the examples are halved, n-grams are fitted on
each half, and speak of the other (cross-fitting, as in stacking: Wolpert, 1992; Breiman, 1996).
"""

from dataclasses import replace
from pathlib import Path

import torch
from rich.progress import Progress
from torch import Tensor, nn

from model.training.data.batches import Batch
from model.training.fitting.fit import Fit, FitData
from model.training.network.ngram_bag import NGramBag, new_ngram_network
from model.training.network.text_encoder import EmojiNetwork
from model.training.recipe import FitRecipe, NGramRecipe


class CrossFittedNGrams(nn.Module):
    """A batch -> ``share`` of the logits of n-grams that did not learn from it, (batch, emojis).

    In evaluation the texts are nobody's, and the n-grams speak that learnt from both halves.
    """

    def __init__(
        self,
        whole: EmojiNetwork[NGramBag],
        halves: tuple[EmojiNetwork[NGramBag], EmojiNetwork[NGramBag]],
        share: float,
    ) -> None:
        super().__init__()
        self.full_network, self.logit_weight = whole, share
        self._halves = nn.ModuleList(halves)

    @torch.no_grad()
    def forward(self, batch: Batch) -> Tensor:
        """Logits with the bias of the batch's sources."""
        asked = (batch.input_ids, batch.attention_mask, batch.source)
        if self.training:
            first, second = (half(*asked) for half in self._halves)
            said = torch.where(batch.half.bool().unsqueeze(1), first, second)
        else:
            said = self.full_network(*asked)
        return self.logit_weight * said

    def train(self, mode: bool = True) -> "CrossFittedNGrams":
        """Switch which of them speak. They leave no word unread: they do not learn any more."""
        self.training = mode
        for fitted in (self.full_network, *self._halves):
            fitted.eval()
        return self


def cross_fit_ngrams(
    recipe: FitRecipe,
    ngrams: NGramRecipe,
    data: FitData,
    allowed: Tensor,
    folder: Path,
    progress: Progress,
) -> CrossFittedNGrams:
    """Fit n-grams on all examples and on each half, or go on where that was stopped."""

    def fitted(part: FitData, name: str) -> EmojiNetwork[NGramBag]:
        torch.manual_seed(recipe.seed)
        network = new_ngram_network(ngrams.buckets, ngrams.width, len(data.emojis), allowed)
        return Fit(ngrams.fit_recipe(recipe), network, part, folder / name).run(progress)

    first, second = (
        fitted(replace(data, train=data.train.select_half(half)), f"half{half}") for half in (0, 1)
    )
    return CrossFittedNGrams(fitted(data, "whole"), (first, second), ngrams.logit_weight)
