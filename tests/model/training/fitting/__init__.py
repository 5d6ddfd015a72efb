"""Tests of model/training/fitting."""
