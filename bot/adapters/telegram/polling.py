"""Long polling, which retries after every failure but a refused token."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.adapters.telegram.errors import error_name
from bot.core.errors import EmojiReactorError
from bot.log import describe

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 25
MAX_DELAY_SECONDS = 60.0
CONFIRM_TIMEOUT_SECONDS = 3.0
CONFLICT = (
    "another process polls Telegram with the same token, or a webhook is set: stop it, or the two"
    " take each other's updates"
)
_REFUSED = "Telegram refused the token; ask @BotFather for the current one with /token"


async def retry_until_success(call: Callable[[], Awaitable[T]], failures: Counter[str]) -> T:
    """Call until it succeeds, with exponential backoff; failures are counted by name.

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
            failures[error_name(error)] += 1
            pause = _seconds(error)
        except TimedOut as error:
            failures[error_name(error)] += 1
            pause = 1.0
        except Exception as error:
            failures[error_name(error)] += 1
            # The library's parse errors may quote messages: only the type is logged.
            pause, delay = delay, min(2 * delay, MAX_DELAY_SECONDS)
            _log_failure(error, pause)
        await asyncio.sleep(pause)


def _log_failure(error: Exception, pause: float) -> None:
    if isinstance(error, Conflict):
        logger.warning("%s; next try in %.0f s", CONFLICT, pause)
    else:
        cause = error_name(error) if isinstance(error, TelegramError) else describe(error)
        logger.warning("no answer from Telegram (%s); next try in %.0f s", cause, pause)


def _seconds(error: RetryAfter) -> float:
    # A number in earlier versions of the library.
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


class Poller:
    """Requests updates; a request confirms those before its offset.

    The offset never passes an unfinished update, so that it is sent again after a crash. Until it
    is finished each response repeats it, before the new ones.
    """

    def __init__(
        self,
        bot: Bot,
        kinds: Sequence[str],
        failures: Counter[str],
        unfinished: Callable[[], Collection[int]],
    ) -> None:
        """Request these kinds of updates, and count failures by name.

        ``unfinished`` returns the ids of the updates in progress.
        """
        self._bot = bot
        self._kinds = kinds
        self._failures = failures
        self._unfinished = unfinished
        self._next: int | None = None

    async def batches(self) -> AsyncGenerator[tuple[Update, ...]]:
        """Yield new updates in order, after the unfinished ones."""
        while True:
            batch = await retry_until_success(self._poll, self._failures)
            if batch:
                self._next = max(batch[-1].update_id + 1, self._next or 0)
                yield batch

    async def confirm(self, unfinished: Collection[int]) -> None:
        """Confirm the updates before the first ``unfinished`` one, at the end."""
        if self._next is None:
            return
        offset = min(unfinished, default=self._next)
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(CONFIRM_TIMEOUT_SECONDS):
                await self._bot.get_updates(
                    offset=offset, limit=1, timeout=0, allowed_updates=self._kinds
                )

    async def _poll(self) -> tuple[Update, ...]:
        offset = None if self._next is None else min(self._unfinished(), default=self._next)
        return await self._bot.get_updates(
            offset=offset, timeout=POLL_SECONDS, allowed_updates=self._kinds
        )
