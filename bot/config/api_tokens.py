"""Tokens of the HTTP API: whose they are, and what they permit."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from bot.config.errors import ConfigError

MIN_TOKEN_LENGTH = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,14}")
_FORM = "should be NAME:SCOPE+SCOPE:TOKEN, several with a comma between them"


class Scope(StrEnum):
    """Permission of a token."""

    PREDICT = "predict"
    """Predictions, also those for another bot's process, and the list of emojis."""
    FEEDBACK = "feedback"
    """Feedback on predictions."""
    MEMBERS = "members"
    """What members ask about their own data: export, erasure, opt-out."""
    METRICS = "metrics"
    """Metrics of the server."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token of an API client; a client may have several, as while they are exchanged."""

    client: str
    scopes: frozenset[Scope]
    secret: SecretStr


def parse_api_tokens(text: str, variable: str) -> tuple[ApiToken, ...]:
    """Parse ``NAME:SCOPE+SCOPE:TOKEN``, several with commas between them.

    Raises:
        ConfigError: another form, an unknown scope, or a short token; it quotes none of it.
    """
    return tuple(_parse_token(part, variable) for part in text.split(",") if part)


def _parse_token(text: str, variable: str) -> ApiToken:
    name, _, rest = text.partition(":")
    scopes, colon, secret = rest.partition(":")
    if not colon or not _NAME.fullmatch(name):
        raise ConfigError(f"{variable}: {_FORM}; a name is 1 to 15 of a-z, 0-9 and -")
    try:
        permitted = frozenset(map(Scope, scopes.split("+")))
    except ValueError:
        raise ConfigError(
            f"{variable}: the scopes of {name} should be among {', '.join(Scope)}"
        ) from None
    if len(secret) < MIN_TOKEN_LENGTH:
        raise ConfigError(
            f"{variable}: the token of {name} should have {MIN_TOKEN_LENGTH} characters or more"
        )
    return ApiToken(name, permitted, SecretStr(secret))
