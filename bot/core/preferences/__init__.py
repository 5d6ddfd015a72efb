"""Preferences of communities, learnt from counts of feedback."""
