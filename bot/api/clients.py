"""API clients: who sends a request, and what their token permits."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.config.api_tokens import ApiToken, Scope


@dataclass(frozen=True, slots=True)
class ApiClient:
    """The holder of a token, or everybody on this machine if there are no tokens."""

    name: str
    """Communities and members of different clients are different."""
    scopes: frozenset[Scope]


LOCAL_CLIENT = ApiClient("local", frozenset(Scope))
"""The client of every request while no token is configured."""


class ClientRegistry:
    """The configured tokens."""

    def __init__(self, tokens: Sequence[ApiToken]) -> None:
        """Keep the tokens' hashes."""
        self._clients = [
            (_digest(token.secret.get_secret_value()), ApiClient(token.client, token.scopes))
            for token in tokens
        ]

    @property
    def needs_token(self) -> bool:
        """True if requests need a token."""
        return bool(self._clients)

    def identify(self, authorization: str) -> ApiClient | None:
        """Return the client of a request by its ``Authorization``; None without a known token.

        The time that it takes tells nothing about the tokens.
        """
        if not self._clients:
            return LOCAL_CLIENT
        scheme, _, given = authorization.partition(" ")
        digest = _digest(given.strip())
        found = None
        for known, client in self._clients:
            if hmac.compare_digest(known, digest):
                found = client
        return found if scheme.lower() == "bearer" else None


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
