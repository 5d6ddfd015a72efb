"""The operator's settings: a TOML file overridden by the environment.

``bot.config.loading`` reads them. Secrets are not settings; see ``bot.config.credentials``.
"""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.sections import (
    ApiSettings,
    BackupSettings,
    DatabaseSettings,
    DiscordSettings,
    LogSettings,
    MatrixSettings,
    ModelSettings,
    NetworkSettings,
    OperationsSettings,
    PlatformSettings,
    PrivacySettings,
    TelegramSettings,
    WebSettings,
)
from bot.core.chat_settings.schema import ReactionSettings
from bot.platforms import Platform

DEFAULT_PATH = Path("config.toml")
ENVIRONMENT_PREFIX = "EMOJI_REACTOR__"


def _unset_where_empty(section: object) -> object:
    if not isinstance(section, dict):
        return section
    return {key: None if value == "" else value for key, value in section.items()}


class Settings(BaseSettings):
    """All settings; ``bot.config.loading.load`` turns every mistake into one line."""

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
    matrix: MatrixSettings = MatrixSettings()
    network: NetworkSettings = NetworkSettings()
    reactions: Annotated[ReactionSettings, BeforeValidator(_unset_where_empty)] = ReactionSettings()
    web: WebSettings = WebSettings()
    api: ApiSettings = ApiSettings()
    privacy: PrivacySettings = PrivacySettings()
    operations: OperationsSettings = OperationsSettings()
    backup: BackupSettings = BackupSettings()
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
        section: PlatformSettings = getattr(self, platform.name)
        return section.enabled

    def missing_setting(self, platform: Platform) -> str | None:
        """Return the key without which the platform cannot be used, if it is not set."""
        if not platform.required_setting:
            return None
        value = getattr(getattr(self, platform.name), platform.required_setting)
        return None if value else f"{platform.name}.{platform.required_setting}"


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
