"""Tests of the export of feedback."""
