"""Looks at everything that the bot needs, in the order in which it would need it."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bot.config import secrets_file
from bot.config.credentials import HASH_SECRET, Credentials, secret_file
from bot.config.settings import (
    ENVIRONMENT_PREFIX,
    DiscordSettings,
    ModelSettings,
    Settings,
    TelegramSettings,
)
from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.database import diagnostics as database
from bot.database.engine import has_password, sqlite_path
from bot.serving import load_served, open_registry
from model import Predictor
from model.artifact import ArtifactError

DATABASE_URL = f"{ENVIRONMENT_PREFIX}DATABASE__URL"
_FETCH = "see model.source and model.folder in the settings; emoji-reactor model promote --rollback"


async def examine(
    config: Path, settings: Settings, credentials: Credentials, *, listen: bool = False
) -> AsyncIterator[Diagnostic]:
    """One finding after the other; nothing is altered, and nobody is written to.

    With ``listen`` also whether another process polls Telegram.
    """
    url = settings.database.url
    yield _files(config, url)
    yield await _secret(url, credentials)
    for finding in await database.check_database(url):
        yield finding
    yield await asyncio.to_thread(_artifact, settings.model)
    async for finding in platforms(settings, credentials, listen=listen):
        yield finding
    for finding in await asyncio.to_thread(_hub):
        yield finding


async def platforms(
    settings: Settings, credentials: Credentials, *, listen: bool = False
) -> AsyncIterator[Diagnostic]:
    """What each platform says of its token, or why it is not asked."""
    discord, telegram = credentials.discord_token, credentials.telegram_token
    if not (discord and settings.discord.enabled) and not (telegram and settings.telegram.enabled):
        mend = "set DISCORD_TOKEN or TELEGRAM_TOKEN, or let emoji-reactor init --update ask for one"
        yield failed("platforms", "no platform is enabled and has a token", mend)
    if discord is None or not settings.discord.enabled:
        why = "DISCORD_TOKEN is not set" if discord is None else "discord.enabled is false"
        yield ok("discord", f"not used: {why}")
    else:
        for finding in await ask_discord(settings.discord, discord.get_secret_value()):
            yield finding
    if telegram is None or not settings.telegram.enabled:
        why = "TELEGRAM_TOKEN is not set" if telegram is None else "telegram.enabled is false"
        yield ok("telegram", f"not used: {why}")
    else:
        token = telegram.get_secret_value()
        met = await database.recent_group_ids(settings.database.url, "telegram")
        for finding in await ask_telegram(settings.telegram, token, listen=listen, groups=met):
            yield finding


async def ask_discord(settings: DiscordSettings, token: str) -> list[Diagnostic]:
    """What Discord says of a token; the library is loaded only now."""
    from bot.adapters.discord import diagnostics

    return await diagnostics.diagnose(settings, token)


async def ask_telegram(
    settings: TelegramSettings, token: str, *, listen: bool = False, groups: Sequence[str] = ()
) -> list[Diagnostic]:
    """What Telegram says of a token; the library is loaded only now."""
    from bot.adapters.telegram import diagnostics

    return await diagnostics.diagnose(settings, token, listen=listen, groups=groups)


def _files(config: Path, url: str) -> Diagnostic:
    """Whether others on this machine may read the files that hold secrets."""
    named = [os.environ.get(f"{name}_FILE", "") for name in secrets_file.SECRETS]
    kept = [secrets_file.beside(config), *(Path(name) for name in named if name)]
    if (database := sqlite_path(url)) is not None:
        kept.append(secret_file(database))
    if has_password(url) and not os.environ.get(DATABASE_URL):
        kept.append(config)
    there = [path for path in kept if os.access(path, os.F_OK)]
    if closed := [str(path) for path in there if not os.access(path, os.R_OK)]:
        told = f"this user may not read {', '.join(closed)}, and so nothing in it is looked at"
        return warning("secrets", told, "ask once more as its owner, with sudo")
    if open_ := [str(path) for path in there if _open_to_others(path)]:
        names = " ".join(open_)
        return warning("secrets", f"others may read {names}", f"chmod 600 {names}")
    told = f"nobody else may read {', '.join(map(str, there))}" if there else "none kept in files"
    return ok("secrets", told)


def _open_to_others(path: Path) -> bool:
    """Whether its mode lets anybody in; containers' read-only secrets are for all by design."""
    found = path.stat()
    closed_folder = not path.parent.stat().st_mode & stat.S_IXOTH
    return os.name == "posix" and bool(found.st_mode & stat.S_IRWXO) and not closed_folder


async def _secret(url: str, credentials: Credentials) -> Diagnostic:
    """Whether members will be recognised who opted out before."""
    path = sqlite_path(url)
    if credentials.hash_secret is not None:
        return ok("identity", f"members are hashed under {HASH_SECRET}")
    if path is None:
        told = f"{HASH_SECRET} is not set, and the database is no SQLite file"
        return failed("identity", told, "set it to 16 random characters or more, and keep it")
    if secret_file(path).exists():
        return ok("identity", f"members are hashed under {secret_file(path)}; back it up")
    if await database.has_members(url):
        told = f"{secret_file(path)} is missing: earlier opt-outs would no longer hold"
        return warning("identity", told, "restore it from the database's backup")
    return ok("identity", f"{secret_file(path)} will be made by the first start")


def _artifact(settings: ModelSettings) -> Diagnostic:
    """Load what would be served, with its checksums, and predict with it."""
    try:
        served = Predictor(open_registry(settings).served(), settings.threads)
    except ArtifactError as error:
        return _instead(settings, str(error))
    return _predicts(served)


def _instead(settings: ModelSettings, wrong: str) -> Diagnostic:
    """A promoted artifact that is broken gives way to the one before it."""
    try:
        served = load_served(settings)
    except ArtifactError as error:
        return failed("model", str(error), _FETCH)
    return warning("model", f"{wrong}; {served.version} is served instead", _FETCH)


def _predicts(served: Predictor) -> Diagnostic:
    [five] = served.predict(["what a lovely day"])
    emojis = " ".join(prediction.emoji for prediction in five)
    return ok("model", f"{served.version}: its files are whole, and it predicts {emojis}")


def _hub() -> list[Diagnostic]:
    from bot.hub import diagnostics

    return diagnostics.check_hub_token()
