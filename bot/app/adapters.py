"""Life cycle of the adapters: which can start, running side by side, stopping."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.components import Components
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.platforms import PLATFORMS, Platform

logger = logging.getLogger(__name__)

FIRST_RESTART_SECONDS = 10.0
MAX_RESTART_SECONDS = 3600.0
STOP_TIMEOUT_SECONDS = 12.0
"""Time for adapters to finish what they accepted, a little more than they give themselves."""


class Adapter(Protocol):
    """A connection to one platform."""

    @property
    def name(self) -> str:
        """The platform's name."""
        ...

    async def run(self) -> None:
        """Run until cancelled; then finish what was accepted and close."""
        ...


class BuildAdapter(Protocol):
    """The function that a platform's entry in ``bot.platforms`` names."""

    def __call__(self, components: Components, settings: Settings, token: str) -> Adapter:
        """Return an adapter that is not connected yet."""
        ...


class AdaptersEnded(EmojiReactorError):
    """Every adapter ended by itself; the log says why."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Platforms that can start with their tokens, and the reasons why the others cannot."""

    tokens: Sequence[tuple[Platform, str]]
    missing: Sequence[str]


def plan_start(settings: Settings, credentials: Credentials) -> StartPlan:
    """Find the platforms that are enabled and have a token; no library is imported yet."""
    tokens: list[tuple[Platform, str]] = []
    missing: list[str] = []
    for platform in PLATFORMS:
        token = credentials.token(platform)
        if not settings.is_enabled(platform):
            missing.append(f"{platform.name}.enabled is false")
        elif token is None:
            if platform.is_installed:
                missing.append(f"{platform.token_variable} is not set")
        elif not platform.is_installed:
            missing.append(f"{platform.library} is not installed; {platform.installation}")
        elif key := settings.missing_setting(platform):
            missing.append(f"{key} is not set")
        else:
            tokens.append((platform, token))
    return StartPlan(tokens, missing)


def build_platform_adapter(
    platform: Platform, components: Components, settings: Settings, token: str
) -> Adapter:
    """Import a platform's library and return its adapter."""
    build: BuildAdapter = platform.load_adapter_builder()
    return build(components, settings, token)


async def run_adapters(
    builders: Sequence[tuple[str, Callable[[], Adapter]]],
    stop: asyncio.Event,
    ended: Callable[[str], None],
) -> None:
    """Build and run adapters side by side until ``stop``; one that fails leaves the others alone.

    It is started again with backoff while another one runs.

    Args:
        builders: name and builder of each adapter.
        stop: set when the process is asked to end.
        ended: called with the name of each adapter that ends.

    Raises:
        AdaptersEnded: none of them runs any more.
    """
    supervisor = _Supervisor(len(builders), ended)
    tasks = {
        asyncio.create_task(supervisor.run(name, build), name=name) for name, build in builders
    }
    waiting = [asyncio.create_task(event.wait()) for event in (stop, supervisor.all_ended)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await _cancel(tasks)
    if not stop.is_set():
        raise AdaptersEnded("no adapter is left running; the log above says why")
    logger.info("stopped")


class _Supervisor:
    """Starts adapters again that ended, as long as another one runs."""

    def __init__(self, running: int, ended: Callable[[str], None]) -> None:
        self._running = running
        self._ended = ended
        self.all_ended = asyncio.Event()
        """Set when no adapter runs."""

    async def run(self, name: str, build: Callable[[], Adapter]) -> None:
        """Run one adapter, again and again with backoff."""
        delay = FIRST_RESTART_SECONDS
        while True:
            started = time.monotonic()
            await _run_one(name, build, self._ended)
            self._running -= 1
            if not self._running:
                self.all_ended.set()
                return
            if time.monotonic() - started > MAX_RESTART_SECONDS:
                delay = FIRST_RESTART_SECONDS  # it ran well in between
            logger.warning("%s is started again in %.0f s", name, delay)
            await asyncio.sleep(delay)
            delay = min(2 * delay, MAX_RESTART_SECONDS)
            self._running += 1


async def _cancel(running: set[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    if running:
        _, late = await asyncio.wait(running, timeout=STOP_TIMEOUT_SECONDS)
        for task in late:
            logger.error("%s did not close in %s seconds", task.get_name(), STOP_TIMEOUT_SECONDS)


async def _run_one(name: str, build: Callable[[], Adapter], ended: Callable[[str], None]) -> None:
    try:
        await build().run()
    except Exception as error:
        logger.exception("%s stopped", name, exc_info=error)
    else:
        logger.warning("%s ended", name)
    finally:
        ended(name)
