"""Tests of what the docs say."""
