"""Tests of core/chat_settings."""
