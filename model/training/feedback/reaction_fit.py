"""Fit of a reaction head on feedback, above an emoji table that stays as it is.

Maximum a posteriori: the likelihood of the emojis that people chose or approved, and of rejected
ones not being the right one, under normal priors around the head before, or around zero. So what
nobody spoke of does not move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from model.artifact import Artifact
from model.feedback import FeedbackError
from model.predictor import Predictor
from model.reaction_head import ReactionHead
from model.training.feedback.encoded_texts import EncodedTexts, encode_targets
from model.training.feedback.feedback_targets import FeedbackTarget

BIAS_PENALTY = 0.5
OFFSET_PENALTY = 8.0
"""Weights of the squared distances from the head before: halved inverse variances of the priors."""
_MAX_STEPS = 100
_MAX_PROBABILITY = 1 - 1e-6


def fit_reaction_head(source: Artifact, targets: Sequence[FeedbackTarget]) -> ReactionHead:
    """Return the reaction head of an artifact after more feedback.

    Raises:
        FeedbackError: no target is about an emoji of the artifact.
    """
    authors = Predictor(source.of_authors(), threads=torch.get_num_threads())
    encoded = encode_targets(authors, targets)
    if not len(encoded):
        reason = ": all of it is about custom emojis, which preferences learn" if targets else ""
        raise FeedbackError(f"no text with feedback to learn from{reason}")
    votes = Votes.of(encoded, authors.log_scores(encoded.vectors.numpy()))
    emojis = tuple(authors.emojis[column] for column in votes.columns)
    before = source.reaction_head
    fitted = fit_votes(votes, emojis, before)
    return fitted if before is None else _with_others(fitted, before)


@dataclass(frozen=True, slots=True)
class Votes:
    """Feedback on texts, with the scores of authors' emojis; one entry for each text and emoji."""

    columns: Sequence[int]
    """Indices of the emojis with feedback in the emoji table."""
    vectors: Tensor
    """(texts, d)"""
    log_scores: Tensor
    """(texts, emojis with feedback)"""
    rest: Tensor
    """(texts, 1): log of the probability of all other emojis"""
    texts: Tensor
    """(entries,)"""
    emojis: Tensor
    """(entries,): indices into ``columns``"""
    weights: Tensor
    """(entries,): above 0 if liked, below 0 if rejected"""

    @classmethod
    def of(cls, encoded: EncodedTexts, log_scores: np.ndarray) -> Self:
        """Gather the feedback on texts with log-scores, (texts, emojis)."""
        columns = sorted({column for given in encoded.feedback for column in given})
        place = {column: i for i, column in enumerate(columns)}
        entries = [
            (text, place[column], weight)
            for text, given in enumerate(encoded.feedback)
            for column, weight in given.items()
        ]
        texts, emojis, weights = zip(*entries, strict=True)
        others = np.delete(log_scores, columns, axis=1)
        rest = np.log(np.exp(others).sum(axis=1, keepdims=True) + 1e-12)
        return cls(
            columns,
            encoded.vectors,
            torch.from_numpy(log_scores[:, columns]),
            torch.from_numpy(rest),
            torch.tensor(texts),
            torch.tensor(emojis),
            torch.tensor(weights),
        )


def fit_votes(votes: Votes, emojis: tuple[str, ...], before: ReactionHead | None) -> ReactionHead:
    """Return the head that ``emojis``, those with votes, get from a prior around ``before``."""
    centre_offsets, centre_bias = _centre(emojis, before, votes.vectors.shape[1])
    offsets = centre_offsets.clone().requires_grad_()
    bias = centre_bias.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [offsets, bias], max_iter=_MAX_STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> float:
        optimizer.zero_grad()
        total = _negative_log_likelihood(votes, offsets, bias)
        total = total + OFFSET_PENALTY * (offsets - centre_offsets).square().sum()
        total = total + BIAS_PENALTY * (bias - centre_bias).square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return float(total.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return ReactionHead(emojis, offsets.detach().numpy(), bias.detach().numpy())


def _negative_log_likelihood(votes: Votes, offsets: Tensor, bias: Tensor) -> Tensor:
    moved = votes.log_scores + votes.vectors @ offsets.T + bias
    normalizer = torch.cat([moved, votes.rest], dim=1).logsumexp(dim=1, keepdim=True)
    chosen = (moved - normalizer)[votes.texts, votes.emojis]
    missed = torch.log1p(-chosen.exp().clamp(max=_MAX_PROBABILITY))
    return -(votes.weights.abs() * torch.where(votes.weights > 0, chosen, missed)).sum()


def _centre(
    emojis: tuple[str, ...], before: ReactionHead | None, dimension: int
) -> tuple[Tensor, Tensor]:
    offsets, bias = torch.zeros(len(emojis), dimension), torch.zeros(len(emojis))
    if before is not None:
        known = before.among({emoji: i for i, emoji in enumerate(emojis)})
        offsets[known.columns] = torch.from_numpy(known.offsets)
        bias[known.columns] = torch.from_numpy(known.bias)
    return offsets, bias


def _with_others(fitted: ReactionHead, before: ReactionHead) -> ReactionHead:
    """Return the fitted head with the emojis of the one before that no vote was about."""
    index = {emoji: i for i, emoji in enumerate(before.emojis) if emoji not in fitted.emojis}
    kept = list(index.values())
    return ReactionHead(
        (*fitted.emojis, *index),
        np.concatenate([fitted.offsets, before.offsets[kept]]),
        np.concatenate([fitted.bias, before.bias[kept]]),
    )
