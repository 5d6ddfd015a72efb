"""Fitting: optimisation loop, warm start, cross-fitting, pretraining."""
