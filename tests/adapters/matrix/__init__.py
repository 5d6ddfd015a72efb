"""The Matrix adapter without a homeserver of its own."""
