"""Predictions by another process: the messages on the wire, and the predictor that sends them."""
