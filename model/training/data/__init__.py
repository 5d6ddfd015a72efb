"""Training data: sources, splits, batches."""
