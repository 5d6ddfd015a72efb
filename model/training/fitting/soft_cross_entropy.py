"""Loss of the supervised fit."""

import torch
from torch import Tensor

from model.training.data.batches import Batch
from model.training.fitting.distillation import TeacherBatch


def soft_cross_entropy(
    logits: Tensor, batch: Batch, spread: float, teacher: TeacherBatch | None = None
) -> Tensor:
    """Return the weighted cross-entropy with soft targets, a scalar in nats.

    ``logits`` are (batch, emojis). If the emojis of a text are alternatives, its target lies
    between an even one (``spread`` = 1) and the model's own distribution over them (0), which is
    the expectation step of the marginal likelihood (partial labels: Jin & Ghahramani, 2002).
    A teacher's answer has its share of the target, and is the target of a text without emojis.
    """
    log_p = torch.log_softmax(logits, dim=1)
    among_targets = torch.where(batch.targets > 0, log_p.detach(), -torch.inf)
    own = torch.softmax(among_targets, dim=1).nan_to_num()  # of a text without emojis
    alternatives = spread * batch.targets + (1 - spread) * own
    targets = torch.where(batch.are_alternatives.unsqueeze(1), alternatives, batch.targets)
    if teacher is not None:
        is_labelled = batch.targets.any(1)
        share = torch.where(is_labelled, teacher.weight, 1.0) * teacher.has_answer
        targets = torch.lerp(targets, teacher.probabilities, share.unsqueeze(1))
    losses = -(targets * log_p).sum(1)
    return (losses * batch.weight).sum() / batch.weight.sum()
