"""Commands of the Telegram bot, one module a subject."""
