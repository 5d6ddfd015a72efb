"""Tests of the training rooms; they need the ``train`` extra."""
