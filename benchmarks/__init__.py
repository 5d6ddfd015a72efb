"""Timings and simulations on real data; each module prints one table."""
