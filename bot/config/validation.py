"""Checks of settings before they are parsed, and error messages that name the key."""

import json
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pydantic import ValidationError

from bot.config.credentials import (
    API_TOKENS_VARIABLE,
    MODEL_TOKEN_VARIABLE,
    WEB_TOKEN_VARIABLE,
)
from bot.config.errors import ConfigError
from bot.config.settings import ENVIRONMENT_PREFIX, Settings, known_keys
from bot.platforms import PLATFORMS

_TOKEN_VARIABLES = {
    **{platform.name: platform.token_variable for platform in PLATFORMS},
    "web": WEB_TOKEN_VARIABLE,
    "api": API_TOKENS_VARIABLE,
    "model": MODEL_TOKEN_VARIABLE,
}
_JSON_EXAMPLES = {
    "reactions.emoji_deny": '["💩"]',
    "discord.shard_ids": "[0, 1]",
    "web.allowed_hosts": '["emoji.example.org"]',
    "web.trusted_proxies": '["127.0.0.1"]',
    "web.frame_ancestors": '["https://example.org"]',
    "log.levels": '{"telegram": "debug"}',
    "api.cors_origins": '["https://example.org"]',
    "api.trusted_proxies": '["127.0.0.1"]',
}
_SECRET_WORDS = ("token", "secret", "password")


def refuse_secrets(data: Mapping[str, object], name: str) -> None:
    """Refuse secrets in the file that has this name.

    Raises:
        ConfigError: names the environment variable to use instead.
    """
    for section, content in data.items():
        for key in content if isinstance(content, dict) else (section,):
            if any(word in key.lower() for word in _SECRET_WORDS):
                path = key if key == section else f"{section}.{key}"
                variable = _TOKEN_VARIABLES.get(section, "EMOJI_REACTOR_SECRET")
                raise ConfigError(
                    f"{name}: {path}: secrets do not belong in this file; set the environment"
                    f" variable {variable} or {variable}_FILE"
                )


def refuse_unknown_sections(data: Mapping[str, object], name: str) -> None:
    """Refuse sections that do not exist.

    Raises:
        ConfigError: names the nearest known key.
    """
    for section in data:
        if section not in Settings.model_fields:
            raise ConfigError(f"{name}: {_unknown_key((section,))}")


def check_environment() -> None:
    """Refuse mistakes that pydantic-settings ignores (sections) or does not name (lists).

    Raises:
        ConfigError: names the variable.
    """
    for variable, value in os.environ.items():
        if not variable.upper().startswith(ENVIRONMENT_PREFIX):
            continue
        path = variable.lower().removeprefix(ENVIRONMENT_PREFIX.lower()).split("__")
        if path[0] not in Settings.model_fields:
            raise ConfigError(f"environment: {variable}: {_unknown_key(path[:1])}")
        if len(path) == 1:
            raise ConfigError(f"environment: {variable}: should name a key of the section")
        if example := _JSON_EXAMPLES.get(".".join(path)):
            try:
                json.loads(value)
            except ValueError:
                raise ConfigError(f"environment: {variable}: should be JSON: {example}") from None


def explain_error(error: ValidationError, name: str) -> str:
    """Return one line with the key and the reason; ``name`` is that of the file."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = tuple(str(part) for part in first["loc"][:2])
    variable = ENVIRONMENT_PREFIX + "__".join(path).upper()
    set_variable = next((known for known in os.environ if known.upper() == variable), None)
    origin = name if set_variable is None else f"environment: {set_variable}"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{origin}: {_unknown_key(path)}"
    if first["type"] in ("model_type", "dataclass_type"):
        return f"{origin}: {'.'.join(path)}: should be a section of keys"
    reason = first["msg"][:1].lower() + first["msg"][1:]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{origin}: {'.'.join(path)}: {reason}{more}"


def _unknown_key(path: Sequence[str]) -> str:
    """Return ``section[.key]: unknown key`` with the nearest known key, or with all of them."""
    name = ".".join(path)
    if len(path) == 1:
        known = list(Settings.model_fields)
    else:
        known = [key for key in known_keys() if key.startswith(f"{path[0]}.")]
    near = get_close_matches(name, known, n=1) or get_close_matches(name, known_keys(), n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
    return f"{name}: unknown key{hint}"


def check_key(path: str, origin: str) -> None:
    """Refuse an unknown ``section.key``.

    Raises:
        ConfigError: names the nearest known key; the message begins with ``origin``.
    """
    if path not in known_keys():
        raise ConfigError(f"{origin}: {_unknown_key(path.split('.', 1))}")
