"""Tests of ``model.training.layouts``."""
