"""Prediction by another process."""
