"""Objective of fine-tuning: losses on feedback and replay, and distance from the source.

On replay texts the candidate is held to the predictions of its source (learning without
forgetting: Li & Hoiem, 2016), and its embeddings to the source's (L2-SP: Li et al., 2018).
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from model.artifact import Artifact
from model.training.export.restore import restore_text_encoder
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.encoded_texts import EncodedTexts
from model.training.feedback.feedback_losses import feedback_losses, replay_losses
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.network.text_encoder import TextEncoder, middle_layer
from model.training.network.tokenizer import load_tokenizer

_ALLOWED_SHARE = 0.1
"""Share of the emojis that a chat allows, in replay."""
_MIN_STEPS_PER_EPOCH = 6
"""Little feedback is passed over several times in an epoch."""


@dataclass(frozen=True, slots=True)
class FinetuneData:
    """Encoded texts with feedback, and replay texts."""

    train: EncodedTexts
    validation: EncodedTexts
    replay: EncodedTexts
    validation_replay: EncodedTexts


@dataclass(frozen=True, slots=True)
class FinetuneBatch:
    """Indices of the texts of one step."""

    feedback: Tensor
    """(texts with feedback,) int64"""
    replay: Tensor
    """(replay texts,) int64"""
    allowed: Tensor
    """(emojis,) int64: columns among which predictions are to stay as well.

    Chats allow few emojis; among all of them, a frequent one would hide changes of the others.
    """


class FinetuneObjective:
    """Objective of ``TrainingLoop``; under ``accelerate launch`` each process has a share."""

    def __init__(self, source: Artifact, recipe: FinetuneRecipe, data: FinetuneData) -> None:
        """Start from an artifact.

        Raises:
            RestoreError: the encoder is to be fitted as well, and is no BERT.
        """
        self._recipe, self._data = recipe, data
        self._accelerator = Accelerator()
        self._tokenizer = load_tokenizer(str(source.folder), source.manifest.max_tokens)
        self._emoji_count = len(source.table.emojis)
        self.module = EmojiHead(source, restore_text_encoder(source) if recipe.full else None)
        before = EmojiHead(source, None).requires_grad_(False)
        self._before = before.to(self._accelerator.device)
        reads_states = bool(source.manifest.gravity_width)
        groups = _parameter_groups(self.module, recipe, reads_states=reads_states)
        optimizer = torch.optim.Adam(groups)
        self._parallel, prepared = self._accelerator.prepare(self.module, optimizer)
        self.optimizers: list[torch.optim.Optimizer] = [prepared]
        self.clipped_parameters: list[Tensor] = list(self._parallel.parameters())

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return self._passes * len(self._starts)

    @property
    def _starts(self) -> range:
        return range(0, len(self._data.train), self._recipe.batch_size)

    @property
    def _passes(self) -> int:
        """Passes over the feedback in an epoch."""
        return math.ceil(_MIN_STEPS_PER_EPOCH / len(self._starts))

    def batches(self, epoch: int) -> Iterator[FinetuneBatch]:
        """Yield the batches of an epoch, with replay texts drawn at random."""
        rng = np.random.default_rng([self._recipe.seed, epoch])
        size, replay = self._recipe.batch_size, len(self._data.replay)
        orders = [rng.permutation(len(self._data.train)) for _ in range(self._passes)]
        for order, start in itertools.product(orders, self._starts):
            yield FinetuneBatch(
                torch.from_numpy(order[start : start + size]),
                torch.from_numpy(rng.integers(0, replay, size)),
                self._draw_allowed(rng),
            )

    def training_loss(self, batch: FinetuneBatch) -> Tensor:
        """Return this process's share of the loss, a scalar in nats: their mean is the loss."""
        return self._loss(self._parallel, self._data.train, self._data.replay, batch)

    @torch.no_grad()
    def validation_loss(self) -> float:
        """Return the mean loss in nats; of the training texts if there are no others."""
        data, size = self._data, self._recipe.batch_size
        texts = data.validation if len(data.validation) else data.train
        allowed = self._draw_allowed(np.random.default_rng(self._recipe.seed))
        total = 0.0
        for start in range(0, len(texts), size):
            part = torch.arange(start, min(start + size, len(texts)))
            replay = torch.arange(start, start + size) % len(data.validation_replay)
            batch = FinetuneBatch(part, replay, allowed)
            loss = self._loss(self.module, texts, data.validation_replay, batch)
            total += float(self._accelerator.reduce(loss, "mean")) * len(part)
        return total / len(texts)

    def _loss(
        self, network: nn.Module, texts: EncodedTexts, replay: EncodedTexts, batch: FinetuneBatch
    ) -> Tensor:
        device = self._accelerator.device
        indices, replay_indices = self._share(batch.feedback), self._share(batch.replay)
        # One call for both kinds of texts: processes would lose their step otherwise.
        logits = network(*self._inputs(texts, indices, replay, replay_indices))
        vectors = torch.cat([texts.vectors[indices], replay.vectors[replay_indices]])
        before = self._before(vectors.to(device))
        weights = texts.feedback_matrix(indices, self._emoji_count).to(device)
        count, recipe = len(indices), self._recipe
        on_feedback = feedback_losses(
            logits[:count], before[:count], weights, recipe.liked_share, recipe.rejection_weight
        ).sum()
        on_replay = replay_losses(logits[count:], before[count:]).sum()
        among = batch.allowed.to(device)
        on_replay = on_replay + replay_losses(logits[count:, among], before[count:, among]).sum()
        totals = torch.stack([weights.abs().sum(), weights.new_tensor(float(len(replay_indices)))])
        feedback_total, replay_total = self._accelerator.reduce(totals, "mean")
        loss: Tensor = (
            on_feedback / feedback_total + recipe.replay_weight * on_replay / replay_total
        )
        return loss + self._penalty()

    def _penalty(self) -> Tensor:
        """Return the weighted squared distance from the source, a scalar."""
        embeddings = (self.module.embeddings - self._before.embeddings).square().sum()
        projection = (self.module.projection - self._before.projection).square().sum()
        recipe = self._recipe
        return recipe.embedding_penalty * embeddings + recipe.projection_penalty * projection

    def _draw_allowed(self, rng: np.random.Generator) -> Tensor:
        size = max(2, round(self._emoji_count * _ALLOWED_SHARE))
        return torch.from_numpy(rng.choice(self._emoji_count, size, replace=False))

    def _share(self, indices: Tensor) -> Tensor:
        return indices[self._accelerator.process_index :: self._accelerator.num_processes]

    def _inputs(
        self, texts: EncodedTexts, indices: Tensor, replay: EncodedTexts, replay_indices: Tensor
    ) -> list[Tensor]:
        """Return the head's inputs: vectors, or token ids and mask if the encoder is fitted."""
        device = self._accelerator.device
        if not self._recipe.full:
            vectors = torch.cat([texts.vectors[indices], replay.vectors[replay_indices]])
            return [vectors.to(device)]
        selected = [texts.texts[i] for i in indices.tolist()]
        selected += [replay.texts[i] for i in replay_indices.tolist()]
        encoded = self._tokenizer.encode_batch(selected)
        ids, mask = ([getattr(e, name) for e in encoded] for name in ("ids", "attention_mask"))
        return [torch.tensor(ids, device=device), torch.tensor(mask, device=device)]


def _parameter_groups(
    head: EmojiHead, recipe: FinetuneRecipe, *, reads_states: bool
) -> list[dict[str, Any]]:
    """Return what is fitted, with learning rates; other parameters are frozen.

    If a gravity network ``reads_states``, what they come from stays as it is.
    """
    groups: list[dict[str, Any]] = [
        {"params": [head.embeddings], "lr": recipe.embedding_learning_rate},
        {"params": [head.bias], "lr": recipe.bias_learning_rate},
    ]
    if head.text_encoder is None:
        projection = {"params": [head.projection], "lr": recipe.projection_learning_rate}
        return [*groups, projection]
    head.projection.requires_grad_(False)
    for module in head.text_encoder.modules():
        if isinstance(module, nn.Embedding):
            module.sparse = False  # one optimiser for all of it
    for name, parameter in head.text_encoder.named_parameters():
        parameter.requires_grad_(".pooler." not in name)  # the pooler's output is not used
    if reads_states:
        _freeze_middle_states(head.text_encoder)
    encoder = [p for p in head.text_encoder.parameters() if p.requires_grad]
    return [*groups, {"params": encoder, "lr": recipe.encoder_learning_rate}]


def _freeze_middle_states(text_encoder: TextEncoder) -> None:
    bert: Any = text_encoder.encoder  # restored, so that it is one
    bert.embeddings.requires_grad_(False)
    bert.encoder.layer[: middle_layer(len(bert.encoder.layer))].requires_grad_(False)
