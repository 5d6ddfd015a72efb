"""Loss of the supervised fit."""

import torch
from torch import Tensor

from model.training.data.batches import Batch


def soft_cross_entropy(logits: Tensor, batch: Batch, spread: float) -> Tensor:
    """Return the weighted cross-entropy with soft targets, a scalar in nats.

    ``logits`` are (batch, emojis). If the emojis of a text are alternatives, its target lies
    between an even one (``spread`` = 1) and the model's own distribution over them (0), which is
    the expectation step of the marginal likelihood (partial labels: Jin & Ghahramani, 2002).
    """
    log_p = torch.log_softmax(logits, dim=1)
    among_targets = torch.where(batch.targets > 0, log_p.detach(), -torch.inf)
    own = torch.softmax(among_targets, dim=1)
    alternatives = spread * batch.targets + (1 - spread) * own
    targets = torch.where(batch.are_alternatives.unsqueeze(1), alternatives, batch.targets)
    losses = -(targets * log_p).sum(1)
    return (losses * batch.weight).sum() / batch.weight.sum()
