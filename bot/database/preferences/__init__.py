"""Counts of feedback in the database, from which preferences are estimated."""
