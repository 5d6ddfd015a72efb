"""Names for one export: the same within it, and of no use beside another one or the database."""

import secrets
from hashlib import blake2b, sha256

from bot.core.events import MemberKey
from model.feedback import SPLITS

_SHARES = (80, 90, 100)
"""Authors in a hundred up to the end of each of ``SPLITS``."""


class ExportPseudonyms:
    """Keyed hashes under a salt that is made for one export and never written down."""

    def __init__(self) -> None:
        """Draw the salt."""
        self._salt = secrets.token_bytes(32)

    def __call__(self, kind: str, name: object) -> str:
        """Sixteen hexadecimal digits for a name of this kind."""
        digest = blake2b(f"{kind}:{name}".encode(), key=self._salt, digest_size=8)
        return digest.hexdigest()


def split_of(author: MemberKey) -> str:
    """The split of everything that an author wrote: the same in every export.

    Otherwise an author would be held out of one fit and learnt from in the next.
    """
    place = int.from_bytes(sha256(f"split:{author}".encode()).digest()[:8]) % _SHARES[-1]
    return next(split for split, end in zip(SPLITS, _SHARES, strict=True) if place < end)
