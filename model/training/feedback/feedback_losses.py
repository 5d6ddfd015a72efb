"""Losses of fine-tuning for each text, in nats."""

import torch
from torch import Tensor, nn


def feedback_losses(
    logits: Tensor, before: Tensor, weights: Tensor, liked_share: float, rejection_weight: float
) -> Tensor:
    """Return the loss on texts with feedback, (texts,), weighted by that feedback.

    ``logits``, those ``before`` the fit, and ``weights`` are (texts, emojis); a weight is above 0
    for a liked emoji, below for a rejected one. ``liked_share`` of the target distribution is what
    was liked; the rest is the earlier distribution without what was rejected. A rejected emoji is
    made unlikely (unlikelihood training: Welleck et al., 2020) with ``rejection_weight``.
    """
    log_p = torch.log_softmax(logits, dim=1)
    liked, rejected = weights.clamp(min=0), -weights.clamp(max=0)
    total_liked = liked.sum(1, keepdim=True)
    share = liked_share * (total_liked > 0)
    others = torch.softmax(before.masked_fill(rejected > 0, -1e4), dim=1)
    target = share * liked / total_liked.clamp(min=1e-6) + (1 - share) * others
    unlikelihood = -torch.log1p(-log_p.exp().clamp(max=1 - 1e-6))
    cross_entropy = -(target * log_p).sum(1) * weights.abs().sum(1)
    return cross_entropy + rejection_weight * (rejected * unlikelihood).sum(1)


def replay_losses(logits: Tensor, before: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence from the predictions before the fit, (texts,)."""
    return nn.functional.kl_div(
        torch.log_softmax(logits, dim=1),
        torch.log_softmax(before, dim=1),
        reduction="none",
        log_target=True,
    ).sum(1)
