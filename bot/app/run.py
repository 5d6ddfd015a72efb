"""Entry point of the running bot on all platforms."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from bot.adapters.components import Components
from bot.app.adapters import Adapter, build_platform_adapter, plan_start, run_adapters
from bot.app.assembly import assemble, chat_settings
from bot.app.background_tasks import background_tasks
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.operations.watch import Operations
from bot.platforms import Platform

logger = logging.getLogger(__name__)


class NothingToRun(EmojiReactorError):
    """No platform is enabled and has a token."""

    exit_status = 3


async def run(settings: Settings, credentials: Credentials) -> None:
    """Run every configured adapter until SIGINT or SIGTERM.

    Raises:
        NothingToRun: no platform is enabled and has a token.
        AdaptersEnded: all adapters ended without being asked to.
    """
    plan = plan_start(settings, credentials)
    if not plan.tokens:
        raise NothingToRun(
            f"nothing to run: {'; '.join(plan.missing)}. emoji-reactor init asks for a token;"
            " without a platform, try emoji-reactor chat"
        )
    stop = stop_on_signals()
    operations = Operations(settings)
    async with (
        operations.serving(),
        assemble(settings, credentials, chat_settings(settings), operations.observe) as components,
        background_tasks(components.store, components.service, settings),
        operations.watching(components, [platform.name for platform, _ in plan.tokens]),
    ):
        builders = [
            (platform.name, partial(_build_adapter, platform, components, settings, token))
            for platform, token in plan.tokens
        ]
        await run_adapters(builders, stop, partial(_end_connection, components))


def _build_adapter(
    platform: Platform, components: Components, settings: Settings, token: str
) -> Adapter:
    components.connections[platform.name].begin()
    return build_platform_adapter(platform, components, settings, token)


def _end_connection(components: Components, name: str) -> None:
    """Record the end of an adapter, and log what its platform refused."""
    connection = components.connections[name]
    connection.end()
    if counts := connection.error_counts:
        logger.info("%s refused or failed: %s", name, counts)


async def run_until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` until it ends or ``stop`` is set; then cancel it and wait for its end."""
    running = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the main task instead
            loop.add_signal_handler(number, stop.set)
    return stop
