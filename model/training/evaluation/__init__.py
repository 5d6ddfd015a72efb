"""Evaluation on the held-out splits of a recipe, with baselines."""
