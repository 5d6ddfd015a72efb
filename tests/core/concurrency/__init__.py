"""Tests of core/concurrency."""
