"""``emoji-reactor push``: models, datasets and the Space on the Hugging Face Hub."""
