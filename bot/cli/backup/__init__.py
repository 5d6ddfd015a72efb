"""``emoji-reactor backup``: backups of database, secret and settings."""
