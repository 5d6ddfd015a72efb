"""The manifest of a backup: the description of what its archive holds."""

import hashlib
import hmac
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

from bot.core.errors import EmojiReactorError

MANIFEST = "manifest.json"
DATABASE: Final = "database"
SECRET: Final = "pseudonym.secret"  # noqa: S105 - the name of its file
SETTINGS: Final = "config.toml"
SECRETS_FILE: Final = "config.env"
MAX_SMALL_FILE_BYTES = 1_000_000
"""Of every file but the database."""

FileName = Literal["database", "pseudonym.secret", "config.toml", "config.env"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ShortText = Annotated[str, Field(pattern=r"^[0-9A-Za-z._+-]{1,64}$")]


class BackupError(EmojiReactorError):
    """A backup cannot be made, read or restored; the message names cause and remedy."""


class Reason(StrEnum):
    """The reason for which a backup was made; each has its own rotation."""

    MANUAL = "manual"
    MIGRATION = "migration"
    DOWNGRADE = "downgrade"
    RESTORE = "restore"


class FileEntry(BaseModel):
    """Size and checksum of a file in the archive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: NonNegativeInt
    sha256: Sha256


class Manifest(BaseModel):
    """Content of ``manifest.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    product: Literal["emoji-reactor"] = "emoji-reactor"
    version: ShortText
    created_at: AwareDatetime
    reason: Reason
    dialect: Literal["sqlite", "postgresql"]
    revision: ShortText
    secret_fingerprint: Sha256 | None
    """Of the pseudonym secret at that time, which need not be in the archive."""
    files: dict[FileName, FileEntry]

    @model_validator(mode="after")
    def _check_files(self) -> Self:
        if DATABASE not in self.files:
            raise ValueError("no database")
        small = (entry for name, entry in self.files.items() if name != DATABASE)
        if any(entry.size > MAX_SMALL_FILE_BYTES for entry in small):
            raise ValueError("a file is too large")
        return self


def fingerprint(secret: bytes) -> str:
    """Return what identifies a pseudonym secret without revealing it."""
    return hmac.new(secret, b"emoji-reactor backup", hashlib.sha256).hexdigest()
