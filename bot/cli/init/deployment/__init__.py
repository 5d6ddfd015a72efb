"""Supervisors of the bot: files that ``init`` writes from the templates in ``deploy/``."""
