"""Tests of health checks and metrics."""
