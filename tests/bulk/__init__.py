"""Tests of predictions for files."""
