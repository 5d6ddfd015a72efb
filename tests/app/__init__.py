"""Tests of ``bot.app``."""
