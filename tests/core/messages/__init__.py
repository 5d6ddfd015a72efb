"""Tests of core/messages."""
