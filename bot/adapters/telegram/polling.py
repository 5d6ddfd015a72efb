"""Long polling that outlives every failure but a refused token."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.adapters.telegram.refusals import reason
from bot.core.errors import EmojiReactorError
from bot.log import describe

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 25
LONGEST_DELAY = 60.0
LAST_WORD_SECONDS = 3.0
CONFLICT = (
    "another process polls Telegram with the same token, or a webhook is set: stop it, or the two"
    " take each other's updates"
)
_REFUSED = "Telegram refused the token; ask @BotFather for the current one with /token"


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Call until it succeeds, with growing pauses.

    Raises:
        EmojiReactorError: the token was refused.
    """
    delay = 1.0
    while True:
        try:
            return await call()
        except InvalidToken:
            raise EmojiReactorError(_REFUSED) from None
        except RetryAfter as error:
            pause = _seconds(error)
        except TimedOut:
            pause = 1.0
        except Exception as error:
            # Also what the library could not read: the type only, as its text may quote messages.
            pause, delay = delay, min(2 * delay, LONGEST_DELAY)
            _explain(error, pause)
        await asyncio.sleep(pause)


def _explain(error: Exception, pause: float) -> None:
    if isinstance(error, Conflict):
        logger.warning("%s; next try in %.0f s", CONFLICT, pause)
    else:
        cause = reason(error) if isinstance(error, TelegramError) else describe(error)
        logger.warning("no answer from Telegram (%s); next try in %.0f s", cause, pause)


def _seconds(error: RetryAfter) -> float:
    # The library is on its way from numbers to timedelta.
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


async def updates(bot: Bot, kinds: Sequence[str]) -> AsyncGenerator[Update]:
    """Every update once, confirmed with the next request, the last ones at the end."""
    offset: int | None = None

    async def poll() -> tuple[Update, ...]:
        return await bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=kinds)

    try:
        while True:
            for update in await insist(poll):
                offset = update.update_id + 1
                yield update
    finally:
        if offset is not None:
            with contextlib.suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(LAST_WORD_SECONDS):
                    await bot.get_updates(offset=offset, limit=1, timeout=0, allowed_updates=kinds)
