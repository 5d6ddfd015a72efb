"""Tests of model/training/data."""
