"""Tests of model/training/export."""
