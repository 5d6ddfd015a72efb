"""Preferences of communities, estimated from counts of feedback."""
