"""Life cycle of the adapters: which can start, running side by side, stopping."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.components import Components
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.platforms import PLATFORMS, Platform

logger = logging.getLogger(__name__)

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
            missing.append(f"{platform.token_variable} is not set")
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

    Args:
        builders: name and builder of each adapter.
        stop: set when the process is asked to end.
        ended: called with the name of each adapter that ends.

    Raises:
        AdaptersEnded: all of them ended before.
    """
    running = {
        asyncio.create_task(_run_one(*builder, ended), name=builder[0]) for builder in builders
    }
    stopping = asyncio.create_task(stop.wait())
    while running and not stop.is_set():
        done, _ = await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        running -= done
    stopping.cancel()
    if not stop.is_set():
        raise AdaptersEnded("no adapter is left running; the log above says why")
    await _cancel(running)
    logger.info("stopped")


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
