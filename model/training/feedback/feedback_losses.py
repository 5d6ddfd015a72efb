"""What a fit on feedback is measured by, for each text."""

import torch
from torch import Tensor, nn


def feedback_losses(
    logits: Tensor, before: Tensor, words: Tensor, trust: float, rejection: float
) -> Tensor:
    """What people said, beside what the artifact said before: (texts,), weighted by the words.

    ``words`` (texts, emojis) holds the weights, below 0 for what was rejected. A share ``trust`` of
    the target is what was liked, the rest the answer before without what was rejected, which is
    made unlikely with the weight ``rejection``.
    """
    log_p = torch.log_softmax(logits, dim=1)
    liked, rejected = words.clamp(min=0), -words.clamp(max=0)
    some = liked.sum(1, keepdim=True)
    share = trust * (some > 0)
    others = torch.softmax(before.masked_fill(rejected > 0, -1e4), dim=1)
    target = share * liked / some.clamp(min=1e-6) + (1 - share) * others
    unlikely = -torch.log1p(-log_p.exp().clamp(max=1 - 1e-6))
    each = -(target * log_p).sum(1) * words.abs().sum(1)
    return each + rejection * (rejected * unlikely).sum(1)


def replay_losses(logits: Tensor, before: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the answers before, (texts,)."""
    return nn.functional.kl_div(
        torch.log_softmax(logits, dim=1),
        torch.log_softmax(before, dim=1),
        reduction="none",
        log_target=True,
    ).sum(1)
