"""Batched prediction off the event loop, and ordered tasks."""
