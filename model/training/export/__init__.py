"""Export of a trained network to an artifact, and back."""
