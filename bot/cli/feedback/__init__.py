"""``emoji-reactor feedback``: statistics, datasets and erasure of feedback."""
