"""Tests of model/training/gravity."""
