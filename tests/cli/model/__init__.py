"""Tests of ``bot.cli.model``."""
