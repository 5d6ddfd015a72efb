"""Tests of core/members."""
