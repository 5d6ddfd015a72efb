"""Tests of database/preferences."""
