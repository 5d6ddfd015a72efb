"""The operator's settings: a TOML file overridden by the environment, validated at start.

Secrets are not settings; see ``bot.config.credentials``.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.core.chat_settings.schema import ReactionSettings
from bot.platforms import PLATFORMS, Platform

DEFAULT_PATH = Path("config.toml")
ENVIRONMENT_PREFIX = "EMOJI_REACTOR__"

_TOKEN_VARIABLES = {platform.name: platform.token_variable for platform in PLATFORMS}
_LIST_EXAMPLES = {"reactions.emoji_deny": '["💩"]', "discord.shard_ids": "[0, 1]"}
_SECRET_WORDS = ("token", "secret", "password")


class ConfigError(Exception):
    """A wrong setting or secret; the message is one line that names the key, never its value."""

    exit_status = 2


# Neither TOML nor the environment has a null: an empty text stands for one.
_EMPTY_IS_UNSET = BeforeValidator(lambda value: None if value == "" else value)
OptionalText = Annotated[str | None, _EMPTY_IS_UNSET]
Url = Annotated[str, Field(pattern=r"^(https?|wss?)://[^\s/]+")]
OptionalUrl = Annotated[Url | None, _EMPTY_IS_UNSET]


def _unset_where_empty(section: object) -> object:
    if not isinstance(section, dict):
        return section
    return {key: None if value == "" else value for key, value in section.items()}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _check_port(url: str) -> str:
    """Refuse a port that is not a number, at which SQLAlchemy raises a bare ValueError."""
    _, _, rest = url.partition("://")
    address = re.split(r"[/?]", rest.partition("@")[2] or rest)[0]
    port = address.rpartition("]")[2].partition(":")[2]  # an IPv6 address stands in brackets
    if port and not (port.isascii() and port.isdigit()):
        raise PydanticCustomError("port", "should have a number as its port")
    return url


class DatabaseSettings(_Section):
    """The database of counts, settings and feedback."""

    url: Annotated[
        str,
        Field(pattern=r"^(sqlite\+aiosqlite:///[^:]|postgresql\+asyncpg://)", repr=False),
        AfterValidator(_check_port),
    ] = "sqlite+aiosqlite:///emoji-reactor.db"


class ModelSettings(_Section):
    """The artifact and its resources."""

    source: OptionalText = None
    folder: Annotated[str, Field(min_length=1)] = "artifacts"
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    max_queue_size: Annotated[int, Field(ge=1, le=100_000)] = 64


class DiscordSettings(_Section):
    """The Discord adapter."""

    enabled: bool = True
    api_base: OptionalUrl = None
    gateway_url: OptionalUrl = None
    shard_ids: tuple[Annotated[int, Field(ge=0)], ...] = ()
    shard_count: Annotated[Annotated[int, Field(ge=1, le=100_000)] | None, _EMPTY_IS_UNSET] = None
    training_permitted: bool = False

    @model_validator(mode="after")
    def _check_shards(self) -> Self:
        if self.shard_ids and (self.shard_count is None or max(self.shard_ids) >= self.shard_count):
            raise PydanticCustomError("shards", "shard_ids should lie below shard_count")
        return self


class TelegramSettings(_Section):
    """The Telegram adapter."""

    enabled: bool = True
    base_url: OptionalUrl = None
    webhook_url: OptionalUrl = None
    webhook_listen: Annotated[str, Field(pattern=r"^\S+:\d{1,5}$")] = "127.0.0.1:8080"


class PrivacySettings(_Section):
    """Retention of rows and texts."""

    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    text_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 14

    def rows_kept_since(self, now: datetime) -> datetime:
        """Return the time before which rows are erased."""
        return now - timedelta(days=self.retention_days)

    def texts_kept_since(self, now: datetime) -> datetime:
        """Return the time before which texts are erased."""
        return now - timedelta(days=self.text_retention_days)


class LogSettings(_Section):
    """The log on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "plain", "json"] = "auto"


class Settings(BaseSettings):
    """All settings; use ``load``, which turns every mistake into one line."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database: DatabaseSettings = DatabaseSettings()
    model: ModelSettings = ModelSettings()
    discord: DiscordSettings = DiscordSettings()
    telegram: TelegramSettings = TelegramSettings()
    reactions: Annotated[ReactionSettings, BeforeValidator(_unset_where_empty)] = ReactionSettings()
    privacy: PrivacySettings = PrivacySettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the environment before the file, which ``load`` passes as arguments."""
        return env_settings, init_settings

    def is_enabled(self, platform: Platform) -> bool:
        """Return if the platform's section enables it."""
        section: DiscordSettings | TelegramSettings = getattr(self, platform.name)
        return section.enabled


def load(path: Path | None = None) -> Settings:
    """Load settings from ``path`` (None: ``config.toml`` if there is one) and the environment.

    Raises:
        ConfigError: a missing or unreadable file, an unknown key, a wrong value, a secret.
    """
    text = "" if path is None and not DEFAULT_PATH.exists() else read_text(path or DEFAULT_PATH)
    return parse(text, path or DEFAULT_PATH)


def parse(text: str, path: Path = DEFAULT_PATH) -> Settings:
    """Parse a file's text and the environment; error messages name ``path``.

    Raises:
        ConfigError: an unknown key, a wrong value, a secret.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    name = path.name
    _refuse_secrets(data, name)
    _refuse_unknown_sections(data, name)
    _check_environment()
    try:
        return Settings(**data)
    except ValidationError as error:
        raise ConfigError(_explain(error, name)) from None


def read_text(path: Path) -> str:
    """Read a settings file.

    Raises:
        ConfigError: it cannot be read, or is not text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text file in UTF-8") from None


def _refuse_secrets(data: Mapping[str, object], name: str) -> None:
    for section, content in data.items():
        for key in content if isinstance(content, dict) else (section,):
            if any(word in key.lower() for word in _SECRET_WORDS):
                path = key if key == section else f"{section}.{key}"
                variable = _TOKEN_VARIABLES.get(section, "EMOJI_REACTOR_SECRET")
                raise ConfigError(
                    f"{name}: {path}: secrets do not belong in this file; set the environment"
                    f" variable {variable} or {variable}_FILE"
                )


def _refuse_unknown_sections(data: Mapping[str, object], name: str) -> None:
    for section in data:
        if section not in Settings.model_fields:
            raise ConfigError(f"{name}: {_unknown((section,))}")


def _check_environment() -> None:
    """Refuse mistakes that pydantic-settings ignores (sections) or does not name (lists)."""
    for variable, value in os.environ.items():
        if not variable.upper().startswith(ENVIRONMENT_PREFIX):
            continue
        path = variable.lower().removeprefix(ENVIRONMENT_PREFIX.lower()).split("__")
        if path[0] not in Settings.model_fields:
            raise ConfigError(f"environment: {variable}: {_unknown(path[:1])}")
        if len(path) == 1:
            raise ConfigError(f"environment: {variable}: should name a key of the section")
        if example := _LIST_EXAMPLES.get(".".join(path)):
            try:
                json.loads(value)
            except ValueError:
                raise ConfigError(f"environment: {variable}: should be JSON: {example}") from None


def _explain(error: ValidationError, name: str) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = tuple(str(part) for part in first["loc"][:2])
    variable = ENVIRONMENT_PREFIX + "__".join(path).upper()
    set_variable = next((known for known in os.environ if known.upper() == variable), None)
    origin = name if set_variable is None else f"environment: {set_variable}"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{origin}: {_unknown(path)}"
    if first["type"] in ("model_type", "dataclass_type"):
        return f"{origin}: {'.'.join(path)}: should be a section of keys"
    reason = first["msg"][:1].lower() + first["msg"][1:]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{origin}: {'.'.join(path)}: {reason}{more}"


def _unknown(path: Sequence[str]) -> str:
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
        raise ConfigError(f"{origin}: {_unknown(path.split('.', 1))}")


def known_keys() -> list[str]:
    """Return every key as ``section.key``, in the order of the classes."""
    return [
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        for key in _keys(field.annotation)
    ]


def _keys(section: object) -> list[str]:
    if isinstance(section, type) and issubclass(section, BaseModel):
        return list(section.model_fields)
    return [field.name for field in fields(section)] if is_dataclass(section) else []
