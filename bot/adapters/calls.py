"""Calls of a platform: refused by name, and repeated while the platform cannot be reached."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from bot.core.concurrency.idempotent_retry import retry_idempotent
from bot.core.connection import Connection
from bot.core.errors import PlatformRefused

T = TypeVar("T")

UNREACHABLE = "network"
TOO_LATE = "too_late"


class Calls:
    """Calls that raise ``PlatformRefused``; each refusal is counted by its name."""

    def __init__(self, connection: Connection) -> None:
        """Count in the errors of ``connection``."""
        self._errors = connection.errors

    async def once(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return the result of a call.

        Raises:
            PlatformRefused: with the name of the error.
        """
        try:
            return await call()
        except PlatformRefused as error:
            self._errors[error.reason] += 1
            raise

    async def repeated(self, call: Callable[[], Awaitable[T]], seconds: float | None) -> T:
        """Return the result of a call that has the same effect once or twice.

        It is repeated while its refusal is ``UNREACHABLE``.

        Raises:
            PlatformRefused: with the name of another error; ``TOO_LATE`` after ``seconds``.
        """
        try:
            async with asyncio.timeout(seconds):
                return await retry_idempotent(partial(self.once, call), _is_temporary)
        except TimeoutError:
            self._errors[TOO_LATE] += 1
            raise PlatformRefused(TOO_LATE) from None


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, PlatformRefused) and error.reason == UNREACHABLE
