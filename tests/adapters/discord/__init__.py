"""Tests of adapters/discord."""
