"""Assembly of the components that adapters are built from."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.components import Components
from bot.app.background_tasks import purge_expired
from bot.backup.migration import open_database
from bot.config.credentials import Credentials, load_hash_secret
from bot.config.settings import Settings
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.engine import sqlite_path
from bot.database.store import SqlStore
from bot.i18n import TERMS_VERSION
from bot.remote.model import RemoteModel, RemoteWatch
from bot.remote.opening import open_remote_model
from bot.serving import ArtifactWatch, load_served
from model import Predictor

logger = logging.getLogger(__name__)


def chat_settings(settings: Settings) -> ChatSettings:
    """Return the settings of chats without overrides."""
    return ChatSettings(**asdict(settings.reactions))


def console_settings(settings: Settings) -> ChatSettings:
    """Return the defaults for the console and the web page, which answer every text."""
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
    settings: Settings,
    credentials: Credentials,
    defaults: ChatSettings,
    observe: Callable[[Components], Components] = lambda components: components,
) -> AsyncIterator[Components]:
    """Open the components; on exit, finish accepted predictions and close everything.

    ``observe`` returns the components to use, with what it puts around them.

    Raises:
        EmojiReactorError, ConfigError: the database, the secret or the artifact cannot be used.
    """
    engine = await open_database(settings)
    try:
        store = SqlStore(engine, defaults, TERMS_VERSION)
        path = sqlite_path(settings.database.url)
        secret = load_hash_secret(
            credentials.hash_secret, path, members_exist=await store.members.exist()
        )
        await purge_expired(store, settings)
        async with _serve_predictions(
            settings, credentials, store, engine, Pseudonyms(secret)
        ) as parts:
            components = observe(parts)
            try:
                yield components
            finally:
                _log_counts(components.service)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _serve_predictions(
    settings: Settings,
    credentials: Credentials,
    store: SqlStore,
    engine: AsyncEngine,
    pseudonyms: Pseudonyms,
) -> AsyncIterator[Components]:
    opened = await asyncio.to_thread(_open_model, settings, credentials)
    model = settings.model
    predictor: BatchingPredictor[Predictor] | BatchingPredictor[RemoteModel]
    if isinstance(opened, RemoteModel):
        predictor = BatchingPredictor(opened, model.max_queue_size, model.timeout_seconds)
        watching = RemoteWatch(predictor).run()
    else:
        predictor = BatchingPredictor(opened, model.max_queue_size, threads=model.threads)
        watching = ArtifactWatch(predictor, model).run()
    watch = asyncio.create_task(watching)
    service = Service(predictor, store)
    try:
        yield Components(service, pseudonyms, store, engine, predictor)
    finally:
        watch.cancel()
        await asyncio.wait([watch])
        await predictor.aclose()
        if isinstance(opened, RemoteModel):
            opened.server.close()


def _open_model(settings: Settings, credentials: Credentials) -> Predictor | RemoteModel:
    if settings.model.is_remote:
        return open_remote_model(settings, credentials)
    return load_served(settings.model)


def _log_counts(service: Service) -> None:
    for reason, count in service.dropped.items():
        logger.info("dropped feedback, %s: %d", reason, count)
    for reason, count in service.refusals.items():
        logger.info("refused answers, %s: %d", reason, count)
