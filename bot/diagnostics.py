"""Diagnostics of everything that the bot needs, in the order in which it needs it."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from bot.backup.diagnostics import check_backups
from bot.config.credentials import (
    HASH_SECRET_VARIABLE,
    MODEL_TOKEN_VARIABLE,
    Credentials,
    hash_secret_path,
)
from bot.config.secrets_file import SECRET_VARIABLES, secrets_path
from bot.config.sections import ModelSettings
from bot.config.settings import ENVIRONMENT_PREFIX, Settings
from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.core.errors import EmojiReactorError
from bot.database import diagnostics as database_diagnostics
from bot.database.engine import has_password, sqlite_path
from bot.hub import diagnostics as hub_diagnostics
from bot.platforms import PLATFORMS, TOKEN_VARIABLES, Platform
from bot.remote.opening import open_remote_model
from bot.serving import load_served, open_registry
from model import Prediction, Predictor
from model.artifact import ArtifactError

DATABASE_URL_VARIABLE = f"{ENVIRONMENT_PREFIX}DATABASE__URL"
TRIAL_TEXT = "what a lovely day"
_ARTIFACT_REMEDY = (
    "see model.source and model.folder in the settings; emoji-reactor model promote --rollback"
)


class ExaminePlatform(Protocol):
    """The function that a platform's entry in ``bot.platforms`` names."""

    async def __call__(
        self, settings: Settings, token: str, *, groups: Sequence[str] = (), listen: bool = False
    ) -> list[Diagnostic]:
        """Ask the platform about a token; never raises.

        Args:
            settings: the operator's settings.
            token: the bot's token.
            groups: platform ids of the groups that the bot met last.
            listen: check also if another process takes the updates.
        """
        ...


async def examine(
    config: Path, settings: Settings, credentials: Credentials, *, listen: bool = False
) -> AsyncIterator[Diagnostic]:
    """Yield one diagnostic after the other; nothing is changed and no message is sent.

    With ``listen`` check also if another process polls Telegram.
    """
    url = settings.database.url
    yield _examine_file_modes(config, url)
    yield await _examine_hash_secret(url, credentials)
    for diagnostic in await database_diagnostics.check_database(url):
        yield diagnostic
    for diagnostic in check_backups(settings):
        yield diagnostic
    if settings.model.is_remote:
        yield await asyncio.to_thread(_examine_remote_model, settings, credentials)
    else:
        yield await asyncio.to_thread(_examine_artifact, settings.model)
    async for diagnostic in examine_platforms(settings, credentials, listen=listen):
        yield diagnostic
    for diagnostic in await asyncio.to_thread(hub_diagnostics.check_hub_token):
        yield diagnostic


async def examine_platforms(
    settings: Settings, credentials: Credentials, *, listen: bool = False
) -> AsyncIterator[Diagnostic]:
    """Yield what each platform answers about its token, or why it is not asked."""
    if not any(_unused_reason(platform, settings, credentials) is None for platform in PLATFORMS):
        remedy = (
            f"set {' or '.join(TOKEN_VARIABLES)}, or let emoji-reactor init --update ask for one"
        )
        yield failed("platforms", "no platform is enabled and has a token", remedy)
    for platform in PLATFORMS:
        reason = _unused_reason(platform, settings, credentials)
        if reason is not None:
            if platform.is_installed:
                yield ok(platform.name, f"not used: {reason}")
            continue
        if not platform.is_installed:
            message = f"{platform.library} is not installed"
            yield failed(f"{platform.name}.library", message, platform.installation)
            continue
        token = credentials.token(platform) or ""
        groups = await database_diagnostics.recent_group_ids(settings.database.url, platform.name)
        for diagnostic in await examine_token(
            platform, settings, token, groups=groups, listen=listen
        ):
            yield diagnostic


async def examine_token(
    platform: Platform,
    settings: Settings,
    token: str,
    *,
    groups: Sequence[str] = (),
    listen: bool = False,
) -> list[Diagnostic]:
    """Import a platform's library and ask it about a token."""
    if key := settings.missing_setting(platform):
        remedy = f"set {key}, or let emoji-reactor init --update ask for it"
        return [failed(key, f"{key} is not set", remedy)]
    examine_platform: ExaminePlatform = platform.load_diagnostics()
    return await examine_platform(settings, token, groups=groups, listen=listen)


def _unused_reason(platform: Platform, settings: Settings, credentials: Credentials) -> str | None:
    if credentials.token(platform) is None:
        return f"{platform.token_variable} is not set"
    return None if settings.is_enabled(platform) else f"{platform.name}.enabled is false"


def _examine_file_modes(config: Path, url: str) -> Diagnostic:
    """Check that other users cannot read the files that hold secrets."""
    existing = [path for path in _secret_files(config, url) if os.access(path, os.F_OK)]
    if unreadable := [str(path) for path in existing if not os.access(path, os.R_OK)]:
        message = f"this user may not read {', '.join(unreadable)}, so nothing in it is checked"
        return warning("secrets", message, "ask once more as its owner, with sudo")
    if exposed := " ".join(str(path) for path in existing if _readable_by_others(path)):
        return warning("secrets", f"others may read {exposed}", f"chmod 600 {exposed}")
    names = ", ".join(map(str, existing))
    return ok("secrets", f"only you may read {names}" if names else "none kept in files")


def _secret_files(config: Path, url: str) -> list[Path]:
    referenced = [os.environ.get(f"{name}_FILE", "") for name in SECRET_VARIABLES]
    files = [secrets_path(config), *(Path(name) for name in referenced if name)]
    if (database := sqlite_path(url)) is not None:
        log = database.with_name(f"{database.name}-wal")
        files += [hash_secret_path(database), database, log]
    if has_password(url) and not os.environ.get(DATABASE_URL_VARIABLE):
        files.append(config)
    return files


def _readable_by_others(path: Path) -> bool:
    """Return if mode and folder let other users read it.

    Read-only secrets of containers are readable by all users by design.
    """
    mode = path.stat().st_mode
    closed_folder = not path.parent.stat().st_mode & stat.S_IXOTH
    return os.name == "posix" and bool(mode & stat.S_IRWXO) and not closed_folder


async def _examine_hash_secret(url: str, credentials: Credentials) -> Diagnostic:
    """Check that members who opted out before are recognised."""
    path = sqlite_path(url)
    if credentials.hash_secret is not None:
        return ok("pseudonyms", f"members are hashed under {HASH_SECRET_VARIABLE}")
    if path is None:
        message = f"{HASH_SECRET_VARIABLE} is not set, and the database is not an SQLite file"
        return failed("pseudonyms", message, "set it to 16 random characters or more, and keep it")
    secret = hash_secret_path(path)
    if secret.exists():
        return ok("pseudonyms", f"members are hashed under {secret}; back it up")
    if await database_diagnostics.has_members(url):
        message = f"{secret} is missing: earlier opt-outs would no longer hold"
        return warning("pseudonyms", message, "restore it from the database's backup")
    return ok("pseudonyms", f"{secret} will be made by the first start")


def _examine_remote_model(settings: Settings, credentials: Credentials) -> Diagnostic:
    """Let the server that ``model.source`` names predict."""
    try:
        model = open_remote_model(settings, credentials)
        with closing(model.server):
            [predictions] = model.predict([TRIAL_TEXT])
    except EmojiReactorError as error:
        remedy = f"see model.source, {MODEL_TOKEN_VARIABLE} and the log of that server"
        return failed("model", str(error), remedy)
    return ok("model", f"{model.version}: another process predicts {_emojis(predictions)}")


def _examine_artifact(settings: ModelSettings) -> Diagnostic:
    """Load the artifact that would be served, verify its checksums, and predict with it."""
    try:
        predictor = Predictor(open_registry(settings).served())
    except ArtifactError as error:
        return _examine_fallback(settings, str(error))
    [predictions] = predictor.predict([TRIAL_TEXT])
    emojis = _emojis(predictions)
    return ok("model", f"{predictor.version}: its files are complete, and it predicts {emojis}")


def _emojis(predictions: Sequence[Prediction]) -> str:
    return " ".join(prediction.emoji for prediction in predictions)


def _examine_fallback(settings: ModelSettings, fault: str) -> Diagnostic:
    """Report a broken artifact; the promoted one before it is served instead if there is one."""
    try:
        predictor = load_served(settings)
    except ArtifactError as error:
        return failed("model", str(error), _ARTIFACT_REMEDY)
    return warning("model", f"{fault}; {predictor.version} is served instead", _ARTIFACT_REMEDY)
