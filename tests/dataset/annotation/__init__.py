"""Exports for annotation tools, read by the tools' own packages."""
