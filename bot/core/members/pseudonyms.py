"""Members are known by keyed hashes: the database alone cannot name anybody."""

import hmac
from hashlib import sha256

from bot.core.events import MemberKey, MessageRef


class Pseudonyms:
    """HMAC-SHA256 of platform and id under the operator's secret (RFC 2104)."""

    def __init__(self, secret: bytes) -> None:
        """Keep the secret; it never leaves this object."""
        self._secret = secret

    def key(self, platform: str, member_id: str) -> MemberKey:
        """Return the member's key: 32 hexadecimal digits, the same for the same id and secret."""
        digest = hmac.new(
            self._secret, f"{platform}:{member_id}".encode("utf-8", "surrogatepass"), sha256
        )
        return MemberKey(digest.hexdigest()[:32])

    def message_key(self, ref: MessageRef) -> str:
        """Return the key by which logs and ``/why`` name a message: 12 hexadecimal digits."""
        return self.key(f"message of {ref.platform}", f"{ref.chat}:{ref.message}")[:12]
