"""Composition root: settings -> database -> predictor -> service -> adapters."""
