"""Tests of localized messages."""
