"""``emoji-reactor init``: a settings file, the tokens next to it, and the next steps."""
