"""Layouts: the files of an artifact as ordinary tools open them, without this package."""
