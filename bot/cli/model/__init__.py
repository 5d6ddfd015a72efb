"""``emoji-reactor model``: the artifact that predicts, and its training."""
