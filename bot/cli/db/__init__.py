"""``emoji-reactor db``: the schema of the database."""
