"""``emoji-reactor discord``: the application on Discord."""
