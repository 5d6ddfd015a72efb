"""Long polling, which retries after every failure but a refused token."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from cachetools import LRUCache
from telegram import Bot
from telegram.error import (
    Conflict,
    EndPointNotFound,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.adapters.telegram.errors import error_name
from bot.adapters.telegram.updates import MAX_REMEMBERED, ReceivedUpdate, UpdateParser
from bot.core.errors import EmojiReactorError
from bot.log import describe

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 25
READ_TIMEOUT_SECONDS = 5.0
MAX_DELAY_SECONDS = 60.0
UNREADABLE_DELAY_SECONDS = 10.0
"""Pause after a response without any update that could be confirmed."""
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


@dataclass(frozen=True, slots=True)
class Batch:
    """The updates of one response, in the order of their numbers."""

    updates: Sequence[ReceivedUpdate]
    renumbered: bool = False
    """True if numbers stand for other updates than before: earlier claims say nothing."""


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
        self._parser = UpdateParser(bot, failures)
        self._next: int | None = None
        self._seen: LRUCache[int, int] = LRUCache(MAX_REMEMBERED)

    async def batches(self) -> AsyncGenerator[Batch]:
        """Yield new updates in order, after the unfinished ones."""
        while True:
            payload, offset = await retry_until_success(self._poll, self._failures)
            updates = self._parser.parse_batch(payload)
            if updates:
                self._next = self._offset_after(updates, offset)
                yield Batch(updates, self._is_renumbered(updates))
            elif payload:
                await asyncio.sleep(UNREADABLE_DELAY_SECONDS)  # it comes again at once
            elif not self._unfinished():
                # All before the offset is confirmed. Telegram starts with other numbers after a
                # quiet week, and a request without an offset finds lower ones.
                self._next = None

    async def confirm(self, unfinished: Collection[int]) -> None:
        """Confirm the updates before the first ``unfinished`` one, at the end."""
        if self._next is None:
            return
        offset = min(unfinished, default=self._next)
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(CONFIRM_TIMEOUT_SECONDS):
                await self._request(offset=offset, limit=1, timeout=0)

    def _offset_after(self, updates: Sequence[ReceivedUpdate], offset: int | None) -> int:
        after = updates[-1].number + 1
        # Below the requested offset: the numbers restarted, and the greater one would hide them.
        restarted = offset is not None and after <= offset
        return after if restarted else max(after, self._next or 0)

    def _is_renumbered(self, updates: Sequence[ReceivedUpdate]) -> bool:
        known = [self._seen.get(update.number, update.fingerprint) for update in updates]
        self._seen.update({update.number: update.fingerprint for update in updates})
        return any(
            before != update.fingerprint for before, update in zip(known, updates, strict=True)
        )

    async def _poll(self) -> tuple[object, int | None]:
        """Return the response, and the offset with which it was requested."""
        offset = None if self._next is None else min(self._unfinished(), default=self._next)
        return await self._request(offset=offset, timeout=POLL_SECONDS), offset

    async def _request(self, **arguments: int | None) -> object:
        # Bot.get_updates parses all updates or none. Method names are case-insensitive, and the
        # library warns of a raw request by the usual spelling.
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return await self._bot.do_api_request(
                "getupdates",
                api_kwargs=given | {"allowed_updates": self._kinds},
                read_timeout=READ_TIMEOUT_SECONDS + given.get("timeout", 0),
            )
        except EndPointNotFound:  # the library's name for a refused token, once it is connected
            raise InvalidToken from None
