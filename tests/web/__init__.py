"""The page: its parts, and the whole of it in a real browser."""
