"""Generators of checked-in files; run them as modules."""
