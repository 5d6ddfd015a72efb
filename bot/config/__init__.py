"""Operator settings and credentials, and the files that hold them."""
