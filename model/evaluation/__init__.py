"""Metrics, evaluation of artifacts, and the model card."""
