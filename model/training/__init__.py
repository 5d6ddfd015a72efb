"""Training on torch: the only rooms that import it."""
