"""The one composition root: settings -> engine -> store -> predictor -> service -> adapters."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config.credentials import Credentials, hash_secret
from bot.config.settings import Settings
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.errors import EmojiReactorError, StoreFailed
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.engine import open_database, sqlite_path
from bot.database.store import SqlStore
from bot.i18n import TERMS_VERSION
from bot.log import describe
from bot.serving import ArtifactWatch, load_served
from model import Predictor

logger = logging.getLogger(__name__)

GRACE_SECONDS = 12.0
"""What adapters get to finish what they accepted, a little more than they give themselves."""
PURGE_SECONDS = 3600.0
REFIT_SECONDS = 86_400.0
DELIVERY_DAYS = 2
"""Telegram, the most patient platform, sends an update again for a day."""


class Adapter(Protocol):
    """A platform's connection."""

    @property
    def name(self) -> str:
        """The platform."""
        ...

    async def run(self) -> None:
        """Run until cancelled; then finish what was accepted and close."""
        ...


class NothingToRun(EmojiReactorError):
    """No adapter has what it needs."""

    exit_status = 3


class WebExtraMissing(EmojiReactorError):
    """The page was asked for without the ``web`` extra."""

    def __init__(self, package: str) -> None:
        """Name the package that could not be imported."""
        super().__init__(f"{package} is not installed; pip install 'emoji-reactor[web]'")


class AdaptersEnded(EmojiReactorError):
    """Every adapter ended by itself; the log says why."""


@dataclass(frozen=True, slots=True)
class Components:
    """What adapters are built from."""

    service: Service
    pseudonyms: Pseudonyms
    store: SqlStore
    engine: AsyncEngine
    predictor: BatchingPredictor[Predictor]


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Which adapters can start, and what the others lack."""

    start: Sequence[tuple[str, Callable[[Components], Adapter]]]
    missing: Sequence[str]


def plan_start(settings: Settings, credentials: Credentials) -> StartPlan:
    """Find the adapters that are enabled and have a token; their libraries are not loaded yet."""
    start: list[tuple[str, Callable[[Components], Adapter]]] = []
    missing: list[str] = []
    if not settings.discord.enabled:
        missing.append("discord.enabled is false")
    elif credentials.discord_token is None:
        missing.append("DISCORD_TOKEN is not set")
    else:
        start.append(("discord", _discord(settings, credentials.discord_token.get_secret_value())))
    if not settings.telegram.enabled:
        missing.append("telegram.enabled is false")
    elif credentials.telegram_token is None:
        missing.append("TELEGRAM_TOKEN is not set")
    else:
        token = credentials.telegram_token.get_secret_value()
        start.append(("telegram", _telegram(settings, token)))
    return StartPlan(start, missing)


def chat_settings(settings: Settings) -> ChatSettings:
    """Return the settings of chats without overrides."""
    return ChatSettings(**asdict(settings.reactions))


def console_settings(settings: Settings) -> ChatSettings:
    """The same on the console, where every line wants an answer."""
    return replace(
        chat_settings(settings),
        mode=Mode.REACT,
        chance=1.0,
        cooldown_seconds=0.0,
        max_per_minute=None,
        exploration_rate=0.0,
    )


@asynccontextmanager
async def assemble(
    settings: Settings, credentials: Credentials, defaults: ChatSettings
) -> AsyncIterator[Components]:
    """Open everything an adapter needs; on leaving, answer what was accepted and close it.

    Raises:
        EmojiReactorError, ConfigError: the database, the secret or the artifact cannot be used.
    """
    path = sqlite_path(settings.database.url)
    engine = await open_database(settings.database.url)
    try:
        store = SqlStore(engine, defaults, TERMS_VERSION)
        secret = hash_secret(credentials.hash_secret, path, warn=await store.members.exist())
        await _purge(store, settings)
        loaded = await asyncio.to_thread(load_served, settings.model)
        predictor = BatchingPredictor(loaded, settings.model.queue_size)
        watch = asyncio.create_task(ArtifactWatch(predictor, settings.model).run())
        service = Service(predictor, store)
        try:
            yield Components(service, Pseudonyms(secret), store, engine, predictor)
        finally:
            watch.cancel()
            await asyncio.wait([watch])
            await predictor.aclose()
            for reason, count in service.dropped.items():
                logger.info("dropped feedback, %s: %d", reason, count)
            for reason, count in service.refusals.items():
                logger.info("refused answers, %s: %d", reason, count)
    finally:
        await engine.dispose()


async def run(settings: Settings, credentials: Credentials) -> None:
    """Run every configured adapter until SIGINT or SIGTERM.

    Raises:
        NothingToRun: no adapter has what it needs.
        AdaptersEnded: all of them ended without being asked to.
    """
    planned = plan_start(settings, credentials)
    if not planned.start:
        raise NothingToRun(
            f"nothing to run: {'; '.join(planned.missing)}. emoji-reactor init asks for a token;"
            " without a platform, try emoji-reactor chat"
        )
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with (
        assemble(settings, credentials, chat_settings(settings)) as parts,
        _chores(parts, settings),
    ):
        await serve([(name, build, parts) for name, build in planned.start], stop)


async def web(settings: Settings, credentials: Credentials, host: str, port: int) -> None:
    """Serve the page at an address until SIGINT or SIGTERM.

    Raises:
        WebMissing: Gradio is not installed.
        EmojiReactorError: nothing can listen there.
    """
    build = _web(settings, host, port)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with (
        assemble(settings, credentials, console_settings(settings)) as parts,
        _chores(parts, settings),
    ):
        running = asyncio.create_task(build(parts).run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def serve(
    adapters: Sequence[tuple[str, Callable[[Components], Adapter], Components]], stop: asyncio.Event
) -> None:
    """Run adapters side by side until ``stop``; one that fails leaves the others alone.

    Raises:
        AdaptersEnded: all of them ended before.
    """
    running = {asyncio.create_task(_run_one(*adapter), name=adapter[0]) for adapter in adapters}
    stopping = asyncio.create_task(stop.wait())
    while running and not stop.is_set():
        done, _ = await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        running -= done
    stopping.cancel()
    if not stop.is_set():
        raise AdaptersEnded("no adapter is left running; the log above says why")
    for task in running:
        task.cancel()
    if running:
        _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
        for task in late:
            logger.error("%s did not close in %s seconds", task.get_name(), GRACE_SECONDS)
    logger.info("stopped")


async def _run_one(name: str, build: Callable[[Components], Adapter], parts: Components) -> None:
    try:
        await build(parts).run()
    except Exception as error:
        logger.exception("%s stopped", name, exc_info=error)
    else:
        logger.warning("%s ended", name)


def _discord(settings: Settings, token: str) -> Callable[[Components], Adapter]:
    def build(parts: Components) -> Adapter:
        from bot.adapters import discord

        given = (parts.service, parts.store, parts.pseudonyms)
        return discord.DiscordAdapter(
            discord.AdapterContext(*given, settings.discord, settings.privacy), token
        )

    return build


def _telegram(settings: Settings, token: str) -> Callable[[Components], Adapter]:
    def build(parts: Components) -> Adapter:
        from bot.adapters import telegram

        given = (parts.service, parts.store, parts.pseudonyms)
        return telegram.TelegramAdapter(
            telegram.BotServices(*given, settings.telegram, settings.privacy), token
        )

    return build


def _web(settings: Settings, host: str, port: int) -> Callable[[Components], Adapter]:
    try:
        from bot.adapters.web import WebAdapter, WebBackend, page_terms
    except ModuleNotFoundError as error:
        raise WebExtraMissing(error.name or "gradio") from None
    privacy = settings.privacy
    terms = page_terms(privacy.retention_days, privacy.text_retention_days)

    def build(parts: Components) -> Adapter:
        backend = WebBackend(parts.service, parts.pseudonyms, parts.engine, parts.predictor, terms)
        return WebAdapter(backend, host, port)

    return build


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the main task instead
            loop.add_signal_handler(number, stop.set)


async def _purge(store: SqlStore, settings: Settings) -> None:
    now, privacy = datetime.now(UTC), settings.privacy
    erased = await store.outcomes.purge(privacy.rows_since(now), privacy.texts_since(now))
    if erased:
        logger.info("erased %d rows and texts past their retention", erased)
    await store.update_claims.purge(now - timedelta(days=DELIVERY_DAYS))


@asynccontextmanager
async def _chores(parts: Components, settings: Settings) -> AsyncIterator[None]:
    """What whoever runs for days does beside its work."""
    chores = [
        asyncio.create_task(_purge_hourly(parts.store, settings)),
        asyncio.create_task(_refit_daily(parts.service)),
    ]
    try:
        yield
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.wait(chores)


async def _purge_hourly(store: SqlStore, settings: Settings) -> None:
    while True:
        await asyncio.sleep(PURGE_SECONDS)
        try:
            await _purge(store, settings)
        except StoreFailed as error:
            logger.error("the store failed: %s", describe(error))


async def _refit_daily(service: Service) -> None:
    """Learn at the start, and once a day, how much communities differ."""
    while True:
        await service.refit_preference_prior()
        await asyncio.sleep(REFIT_SECONDS)
