"""Training and evaluation of the gravity head."""
