"""Backups of database, pseudonym secret and settings, and their restoration."""
