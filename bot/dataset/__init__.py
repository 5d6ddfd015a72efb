"""Feedback as a data set that others can use: export, card, import of a Space's choices."""
