"""Tests of what every HTTP server shares."""
