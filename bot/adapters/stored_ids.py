"""Ids of a platform as they are stored."""

from hashlib import sha256

MAX_ID_LENGTH = 64
"""Characters of an id in the database."""


def stored_id(platform_id: str) -> str:
    """Return an id as it is stored: a long one as its hash."""
    if len(platform_id) <= MAX_ID_LENGTH:
        return platform_id
    return sha256(platform_id.encode("utf-8", "surrogatepass")).hexdigest()
