"""Losses of fine-tuning: gradients and minima."""

import pytest
import torch

from model.training.feedback.feedback_losses import feedback_losses, replay_losses


def test_only_the_rejected_emoji_becomes_less_likely() -> None:
    before = torch.tensor([[1.0, 2.0, 0.5]])
    logits = before.clone().requires_grad_()
    loss = feedback_losses(logits, before, torch.tensor([[0.0, -1.0, 0.0]]), 0.6, 1.0)
    [slope] = torch.autograd.grad(loss, [logits])
    assert slope[0, 1] > 0
    assert (slope[0, [0, 2]] < 0).all()


def test_the_minimum_mixes_liked_emojis_with_the_earlier_predictions() -> None:
    before = torch.zeros(1, 4)
    words = torch.tensor([[1.0, 0.0, 0.0, 0.0]])
    target = torch.tensor([[0.3 + 0.7 / 4, *[0.7 / 4] * 3]])
    logits = target.log().requires_grad_()
    loss = feedback_losses(logits, before, words, 0.3, 1.0)
    [slope] = torch.autograd.grad(loss, [logits])
    assert slope.abs().max() < 1e-6


def test_replay_loss_is_zero_without_a_change() -> None:
    before = torch.tensor([[1.0, 2.0, 3.0]])
    assert float(replay_losses(before, before)) == pytest.approx(0, abs=1e-6)
    assert float(replay_losses(torch.tensor([[9.0, 2.0, 3.0]]), before)) > 0.5
