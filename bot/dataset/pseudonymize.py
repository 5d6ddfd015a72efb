"""Pseudonyms that hold within one export, and the split of an author."""

import secrets
from hashlib import blake2b, sha256

from bot.core.events import MemberKey
from model.feedback import SPLITS

_CUMULATIVE_PERCENT = (80, 90, 100)
"""Upper limits of the shares of authors in ``SPLITS``."""


class ExportPseudonyms:
    """Keyed hashes whose salt is drawn for one export and never stored.

    So pseudonyms of two exports, or of an export and the database, cannot be joined.
    """

    def __init__(self) -> None:
        """Draw the salt."""
        self._salt = secrets.token_bytes(32)

    def __call__(self, kind: str, name: object) -> str:
        """Return the pseudonym, sixteen hexadecimal digits, of a name of this kind."""
        digest = blake2b(f"{kind}:{name}".encode(), key=self._salt, digest_size=8)
        return digest.hexdigest()


def assign_split(author: MemberKey) -> str:
    """Return the split of an author's messages, the same in every export.

    Otherwise an author could be held out of one fit and be trained on in the next.
    """
    digest = sha256(f"split:{author}".encode()).digest()
    percentile = int.from_bytes(digest[:8]) % _CUMULATIVE_PERCENT[-1]
    limits = zip(SPLITS, _CUMULATIVE_PERCENT, strict=True)
    return next(split for split, limit in limits if percentile < limit)
