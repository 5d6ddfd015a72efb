"""Tests of model/evaluation."""
