"""Tests of ``bot.cli.push``."""
