"""Commands of the Discord bot, one module a subject."""
