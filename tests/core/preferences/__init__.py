"""Tests of core/preferences."""
