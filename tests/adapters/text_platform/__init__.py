"""Platforms with texts and reactions."""
