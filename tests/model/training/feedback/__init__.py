"""Tests of model/training/feedback."""
