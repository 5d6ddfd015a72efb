"""Sections of the settings, with the ranges of their values."""

import re
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.core.members.privacy import Retention
from bot.log import AREAS, LEVELS

# Neither TOML nor the environment has a null: an empty text stands for one.
_EMPTY_IS_UNSET = BeforeValidator(lambda value: None if value == "" else value)
OptionalText = Annotated[str | None, _EMPTY_IS_UNSET]
_URL = re.compile(r"(https?|wss?)://[\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII)  # RFC 3986
_MAX_PORT = 65_535


def _check_url(url: str) -> str:
    """Refuse what is no address, such as ``[::1`` or a port of 99999."""
    try:
        parts = urlsplit(url)
        is_url = bool(_URL.fullmatch(url) and parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise PydanticCustomError(
            "url", "should be an address such as https://example.org:8443/path"
        )
    return url


def _check_listen_address(address: str) -> str:
    if int(address.rpartition(":")[2]) > _MAX_PORT:
        raise PydanticCustomError("port", f"should have a port of at most {_MAX_PORT}")
    return address


Url = Annotated[str, AfterValidator(_check_url)]
OptionalUrl = Annotated[Url | None, _EMPTY_IS_UNSET]
ListenAddress = Annotated[
    str, Field(pattern=r"^\S+:[0-9]{1,5}$"), AfterValidator(_check_listen_address)
]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _check_port(url: str) -> str:
    """Refuse a port that is not a number, at which SQLAlchemy raises a bare ValueError."""
    _, _, rest = url.partition("://")
    address = re.split(r"[/?]", rest.partition("@")[2] or rest)[0]
    port = address.rpartition("]")[2].partition(":")[2]  # an IPv6 address stands in brackets
    if port and not (port.isascii() and port.isdigit() and int(port) <= _MAX_PORT):
        raise PydanticCustomError("port", f"should have a number up to {_MAX_PORT} as its port")
    return url


class DatabaseSettings(_Section):
    """The database of counts, settings and feedback."""

    url: Annotated[
        str,
        Field(pattern=r"^(sqlite\+aiosqlite:///[^:]|postgresql\+asyncpg://)", repr=False),
        AfterValidator(_check_port),
    ] = "sqlite+aiosqlite:///emoji-reactor.db"


def _check_model_source(source: str) -> str:
    """Refuse what begins like a URL and is none; with a password it would be logged."""
    if source.startswith(("https://", "http://")) and "@" in _check_url(source):
        raise PydanticCustomError(
            "password", "should have no password; EMOJI_REACTOR_MODEL_TOKEN is sent"
        )
    return source


class ModelSettings(_Section):
    """The artifact and its resources."""

    source: Annotated[
        Annotated[str, AfterValidator(_check_model_source)] | None, _EMPTY_IS_UNSET
    ] = None
    folder: Annotated[str, Field(min_length=1)] = "artifacts"
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    max_queue_size: Annotated[int, Field(ge=1, le=100_000)] = 64
    timeout_seconds: Annotated[float, Field(ge=0.01, le=60)] = 1.0

    @property
    def is_remote(self) -> bool:
        """True if the source is the URL of a server that predicts."""
        return self.source is not None and self.source.startswith(("https://", "http://"))


class PlatformSettings(_Section):
    """Settings that the section of every platform has."""

    enabled: bool = True


class DiscordSettings(PlatformSettings):
    """The Discord adapter."""

    api_base: OptionalUrl = None
    gateway_url: OptionalUrl = None
    shard_ids: tuple[Annotated[int, Field(ge=0)], ...] = ()
    shard_count: Annotated[Annotated[int, Field(ge=1, le=100_000)] | None, _EMPTY_IS_UNSET] = None
    max_shards: Annotated[Annotated[int, Field(ge=1, le=100_000)] | None, _EMPTY_IS_UNSET] = None
    training_permitted: bool = False

    @field_validator("max_shards")
    @classmethod
    def _check_leases(cls, value: int | None, info: ValidationInfo) -> int | None:
        fixed = info.data.get("shard_ids")
        if value is not None and (info.data.get("shard_count") is None or fixed):
            raise PydanticCustomError(
                "leases", "needs shard_count, and no shard_ids: shards are leased"
            )
        return value

    @model_validator(mode="after")
    def _check_shards(self) -> Self:
        if self.shard_ids and (self.shard_count is None or max(self.shard_ids) >= self.shard_count):
            raise PydanticCustomError("shards", "shard_ids should lie below shard_count")
        return self


class TelegramSettings(PlatformSettings):
    """The Telegram adapter."""

    base_url: OptionalUrl = None
    webhook_url: OptionalUrl = None
    webhook_listen: ListenAddress = "127.0.0.1:8080"
    business_replies: bool = False


class MatrixSettings(PlatformSettings):
    """The Matrix adapter."""

    homeserver: OptionalUrl = None
    invite_from: tuple[Annotated[str, Field(pattern=r"^((@[^\s:]+|\*):\S+|\*)$")], ...] = ()


def _check_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for network in networks:
            ip_network(network)
    except ValueError:
        raise PydanticCustomError("networks", "should be addresses or networks") from None
    return networks


TrustedProxies = Annotated[tuple[str, ...], AfterValidator(_check_networks)]
Origin = Annotated[str, Field(pattern=r"^https?://[^\s;,'/]+$")]


class WebSettings(_Section):
    """The web page as a public service."""

    allowed_hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}$")], ...] = ()
    trusted_proxies: TrustedProxies = ("127.0.0.1", "::1")
    frame_ancestors: tuple[Origin, ...] = ()
    max_requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600


class ApiSettings(_Section):
    """The HTTP API."""

    listen: ListenAddress = "127.0.0.1:8765"
    max_requests_per_minute: Annotated[int, Field(ge=1, le=10_000_000)] = 60_000
    max_body_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    timeout_seconds: Annotated[float, Field(ge=0.1, le=600)] = 5.0
    cors_origins: tuple[Origin, ...] = ()
    trusted_proxies: TrustedProxies = ("127.0.0.1", "::1")


ProxyUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+/?$")]


class NetworkSettings(_Section):
    """Outgoing connections."""

    proxy: Annotated[ProxyUrl | None, _EMPTY_IS_UNSET, Field(repr=False)] = None


class PrivacySettings(_Section):
    """Retention of rows and texts."""

    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    text_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 14

    def retention(self, *, texts: bool = True) -> Retention:
        """Return the retention on a platform, which may not permit that texts are stored."""
        return Retention(self.retention_days, self.text_retention_days if texts else None)

    def rows_kept_since(self, now: datetime) -> datetime:
        """Return the time before which rows are erased."""
        return now - timedelta(days=self.retention_days)

    def texts_kept_since(self, now: datetime) -> datetime:
        """Return the time before which texts are erased."""
        return now - timedelta(days=self.text_retention_days)


class BackupSettings(_Section):
    """The folder of backups, their number, and if migrations make one."""

    folder: OptionalText = None
    keep: Annotated[int, Field(ge=1, le=10_000)] = 7
    before_migration: bool = True

    def folder_for(self, database: Path | None) -> Path:
        """Return the folder: the configured one, or ``backups`` beside an SQLite database."""
        if self.folder is not None:
            return Path(self.folder)
        return (Path() if database is None else database.parent) / "backups"


class OperationsSettings(_Section):
    """Health checks and metrics of ``run``."""

    listen: Annotated[Annotated[str, Field(pattern=r"^\S+:\d{1,5}$")] | None, _EMPTY_IS_UNSET] = (
        "127.0.0.1:9464"
    )
    max_silence_seconds: Annotated[float, Field(ge=1, le=3600)] = 90.0


def _check_levels(levels: dict[str, str]) -> dict[str, str]:
    """Refuse areas and levels that do not exist; the message names the first of them."""
    for area, level in levels.items():
        if area not in AREAS:
            raise PydanticCustomError("area", f"{area}: no such area; write {', '.join(AREAS)}")
        if level not in LEVELS:
            raise PydanticCustomError("level", f"{area}: should be one of {', '.join(LEVELS)}")
    return levels


class LogSettings(_Section):
    """The log on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    levels: Annotated[dict[str, str], AfterValidator(_check_levels)] = Field(default_factory=dict)
    format: Literal["auto", "plain", "json"] = "auto"
