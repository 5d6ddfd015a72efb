"""Networks: Transformer encoder, n-gram bag, and their ensemble."""
