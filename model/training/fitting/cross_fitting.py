"""Cross-fitted n-gram logits beside which the encoder is fitted.

An n-gram bag remembers the texts that it was fitted on better than any others; an encoder fitted
beside its logits on them would leave to it what it cannot do once it serves. So n-grams are fitted
on each half of the examples and give the logits of the other half (as in stacking: Wolpert, 1992;
Breiman, 1996).
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from rich.progress import Progress
from torch import Tensor, nn

from model.training.data.batches import Batch
from model.training.data.fit_data import FitData
from model.training.fitting.fit import Fit, FitOptions
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.ngram_bag import NGramBag, new_ngram_network
from model.training.recipe import FitRecipe, NGramRecipe


class CrossFittedNGrams(nn.Module):
    """A batch -> ``logit_weight`` times out-of-sample n-gram logits, (batch, emojis).

    In evaluation, texts belong to neither half, and the logits are those of n-grams fitted on all
    examples.
    """

    def __init__(
        self,
        full_network: EmojiNetwork[NGramBag],
        half_networks: tuple[EmojiNetwork[NGramBag], EmojiNetwork[NGramBag]],
        logit_weight: float,
    ) -> None:
        super().__init__()
        self.full_network, self.logit_weight = full_network, logit_weight
        self._half_networks = nn.ModuleList(half_networks)

    @torch.no_grad()
    def forward(self, batch: Batch) -> Tensor:
        """Return logits that include the bias of each text's source."""
        inputs = (batch.input_ids, batch.attention_mask, batch.source)
        if self.training:
            first, second = (network(*inputs) for network in self._half_networks)
            # A text of half 1 gets the logits of n-grams fitted on half 0.
            logits = torch.where(batch.half.bool().unsqueeze(1), first, second)
        else:
            logits = self.full_network(*inputs)
        return self.logit_weight * logits

    def train(self, mode: bool = True) -> "CrossFittedNGrams":
        """Select the networks; those stay in evaluation mode, without n-gram dropout."""
        self.training = mode
        for network in (self.full_network, *self._half_networks):
            network.eval()
        return self


@dataclass(frozen=True, slots=True)
class CrossFitting:
    """Recipes and folder of cross-fitted n-grams."""

    recipe: FitRecipe
    ngrams: NGramRecipe
    folder: Path
    """Holds one fit in a folder each: ``all``, ``half0`` and ``half1``."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def run(self, data: FitData, label_mask: Tensor, progress: Progress) -> CrossFittedNGrams:
        """Fit n-grams on all examples and on each half, or resume an interrupted fit.

        ``label_mask`` is (sources, emojis).

        Raises:
            CheckpointError: a checkpoint is damaged or belongs to other data.
            FitError: no validation loss was finite.
        """

        def fit(part: FitData, name: str) -> EmojiNetwork[NGramBag]:
            torch.manual_seed(self.recipe.seed)
            network = new_ngram_network(
                self.ngrams.buckets, self.ngrams.width, len(data.emojis), label_mask
            )
            recipe = self.ngrams.fit_recipe(self.recipe)
            options = FitOptions(self.device)
            return Fit(recipe, network, part, self.folder / name, options).run(progress)

        # Texts that only teachers answer come last, so that halves are those of all examples.
        data = replace(data, train=data.train.labelled())
        first, second = (
            fit(replace(data, train=data.train.select_half(half)), f"half{half}") for half in (0, 1)
        )
        return CrossFittedNGrams(fit(data, "all"), (first, second), self.ngrams.logit_weight)
