"""What keeps the bot running, which ``init`` writes from the templates in ``deploy/``."""
