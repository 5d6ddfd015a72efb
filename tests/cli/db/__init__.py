"""Tests of ``bot.cli.db``."""
