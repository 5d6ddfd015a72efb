"""Supervised fit of an emoji network on labelled texts."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import Progress
from torch import Tensor, nn

from model.training.data.batches import Batch
from model.training.data.batching import BatchesOfTexts, BatchesOfTokens, Batching
from model.training.data.fit_data import FitData
from model.training.fitting.device import autocast
from model.training.fitting.distillation import TeacherTargets
from model.training.fitting.loop import LinearSchedule, LoopOptions, LoopState, TrainingLoop
from model.training.fitting.soft_cross_entropy import soft_cross_entropy
from model.training.network.emoji_network import EmojiNetwork, TextEncoderT
from model.training.network.name_embeddings import describe_emoji, initial_embeddings
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import FitRecipe

_VALIDATION_BATCH_SIZE = 128


def new_network(
    base: str, data: FitData, label_mask: Tensor, dropout: float = 0.0
) -> EmojiNetwork[TextEncoder]:
    """Return a network on a base checkpoint; emoji embeddings start from the emojis' names."""
    text_encoder = TextEncoder.from_base(base, dropout)
    tokenizer = load_tokenizer(base, text_encoder.max_name_tokens)
    names = [describe_emoji(emoji) for emoji in data.emojis]
    vectors = encode_texts(text_encoder.eval(), tokenizer, names)
    return EmojiNetwork(text_encoder, initial_embeddings(vectors), label_mask)


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Device and length of a fit, and what the network is fitted beside."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    max_minutes: float | None = None
    """Time after which the fit ends; None for the recipe's epochs alone."""
    logit_offset: nn.Module | None = None
    """Module that maps a batch to (batch, emojis), which is added to the network's logits; it is
    not fitted."""
    teacher: TeacherTargets | None = None
    """Answers of teachers to the training examples."""


class Fit(Generic[TextEncoderT]):
    """One fit in a folder; ``run`` resumes from the last checkpoint there.

    The network is moved to the device of the options.
    """

    def __init__(
        self,
        recipe: FitRecipe,
        network: EmojiNetwork[TextEncoderT],
        data: FitData,
        folder: Path,
        options: FitOptions | None = None,
    ) -> None:
        self.options = options or FitOptions()
        self.recipe, self.data = recipe, data
        self.module = network.to(self.options.device)
        if self.options.logit_offset is not None:
            self.options.logit_offset.to(self.options.device)
        self._batching: Batching = (
            BatchesOfTexts(recipe.batch_size)
            if recipe.max_batch_tokens is None
            else BatchesOfTokens(recipe.max_batch_tokens)
        )
        sparse = _sparse_parameters(network.text_encoder)
        sparse_ids = {id(parameter) for parameter in sparse}
        dense = [
            parameter
            for parameter in network.text_encoder.parameters()
            if parameter.requires_grad and id(parameter) not in sparse_ids
        ]
        self.clipped_parameters = [
            *dense, network.embeddings, network.bias, network.source_bias,
        ]  # fmt: skip
        self.optimizers = _optimizers(recipe, network, dense, sparse)
        self.loop = TrainingLoop(
            self,
            self._loop_options(),
            folder,
            _fingerprint(data),
            {"emojis": data.emojis, "sources": data.sources},
        )

    @property
    def state(self) -> LoopState:
        """Progress of the fit."""
        return self.loop.state

    @property
    def total_steps(self) -> int:
        """Steps of the fit if it is not stopped early."""
        return self.loop.options.total_steps

    def run(self, progress: Progress) -> EmojiNetwork[TextEncoderT]:
        """Fit to the end or until patience is exhausted; return the best network.

        Raises:
            CheckpointError: the checkpoint is damaged or belongs to other data.
            FitError: no validation loss was finite.
        """
        self.loop.run(progress)
        return self.module.eval()

    def batches(self, epoch: int) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch of an epoch."""
        rng = np.random.default_rng([self.recipe.seed, epoch])
        return self._batching.batches(self.data.train.lengths, rng)

    def training_loss(self, batch: NDArray[np.int64]) -> Tensor:
        """Return the loss of the examples at these indices, a scalar in nats."""
        examples = self.data.train.batch(batch).to(self.options.device)
        teacher = self.options.teacher.batch(batch) if self.options.teacher else None
        logits = self._logits(examples, training=True)
        return soft_cross_entropy(logits, examples, self.recipe.alternatives_spread, teacher)

    @torch.inference_mode()
    def validation_loss(self) -> float:
        """Return the mean loss of the validation examples in nats, without class weights."""
        total = 0.0
        data = self.data.validation
        order = np.argsort(data.lengths, kind="stable")
        for start in range(0, len(order), _VALIDATION_BATCH_SIZE):
            batch = data.batch(order[start : start + _VALIDATION_BATCH_SIZE])
            batch = batch.to(self.options.device)
            loss = soft_cross_entropy(self._logits(batch, training=False), batch, 1.0)
            total += float(loss) * len(batch.weight)
        return total / len(data)

    def _logits(self, batch: Batch, *, training: bool) -> Tensor:
        self.module.train(training)
        with autocast(self.options.device):
            logits = self.module(batch.input_ids, batch.attention_mask, batch.source)
        result: Tensor = logits.float()
        if self.options.logit_offset is not None:
            result = result + self.options.logit_offset.train(training)(batch)
        return result

    def _loop_options(self) -> LoopOptions:
        recipe = self.recipe
        steps_per_epoch = self._batching.count(self.data.train.lengths)
        total_steps = max(1, round(steps_per_epoch * recipe.epochs))
        return LoopOptions(
            steps_per_epoch=steps_per_epoch,
            total_steps=total_steps,
            evaluate_every=recipe.evaluate_every,
            patience=recipe.patience,
            seed=recipe.seed,
            max_minutes=self.options.max_minutes,
            schedule=LinearSchedule(total_steps, max(1, int(total_steps * recipe.warmup))),
        )


def _optimizers(
    recipe: FitRecipe,
    network: EmojiNetwork[TextEncoderT],
    dense: Sequence[Tensor],
    sparse: Sequence[Tensor],
) -> list[torch.optim.Optimizer]:
    groups = [
        {"params": list(dense), "lr": recipe.learning_rate},
        # A source's bias learns no faster than the embeddings: a fast one would learn from the
        # source alone what the text should have taught.
        {"params": [network.embeddings, network.source_bias], "lr": recipe.embedding_learning_rate},
        # A slow prior would be absorbed by the embeddings.
        {
            "params": [network.bias],
            "lr": recipe.embedding_learning_rate * 10,
            "weight_decay": 0.0,
        },
    ]
    adam = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay, fused=True)
    if not sparse:
        return [adam]
    # A step looks up few rows of a large table: only those are updated.
    return [adam, torch.optim.SparseAdam(list(sparse), lr=recipe.learning_rate)]


def _sparse_parameters(text_encoder: nn.Module) -> list[Tensor]:
    """Return the embedding tables whose gradient is sparse."""
    modules = text_encoder.modules()
    return [m.weight for m in modules if isinstance(m, nn.Embedding) and m.sparse]


def _fingerprint(data: FitData) -> str:
    return hashlib.sha256(repr((data.emojis, len(data.train))).encode()).hexdigest()
