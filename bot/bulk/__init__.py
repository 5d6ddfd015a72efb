"""Predictions for files of any size, in parts that a killed run need not repeat."""
