"""Tests of model/training/network."""
