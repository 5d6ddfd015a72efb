"""Tests of ``bot.cli.feedback``."""
