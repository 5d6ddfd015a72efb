"""Striking out of secrets."""

import re
from collections.abc import Iterable

_TOKENS = re.compile(
    r"\d{6,12}:[A-Za-z0-9_-]{30,}"  # Telegram
    r"|[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6,8}\.[A-Za-z0-9_-]{25,}"  # Discord
    r"|hf_[A-Za-z0-9]{30,}"  # the Hugging Face Hub
)
REDACTED = "[secret]"


class Redaction:
    """Strikes out known secrets and whatever looks like a token."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Add ``known`` secrets to the two shapes of tokens."""
        self._known = [secret for secret in known if secret]

    def __call__(self, text: str) -> str:
        """Give the text without secrets."""
        for secret in self._known:
            text = text.replace(secret, REDACTED)
        return _TOKENS.sub(REDACTED, text)
