"""Repetition of calls that have the same effect once or twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

FIRST_DELAY_SECONDS = 0.25
MAX_DELAY_SECONDS = 60.0


async def retry_idempotent(
    call: Callable[[], Awaitable[T]], is_temporary: Callable[[Exception], bool]
) -> T:
    """Return the result of ``call``, repeated with exponential backoff while errors are temporary.

    A call whose answer is lost may have had its effect: only one that is idempotent may be
    repeated. The caller limits the time.

    Raises:
        Exception: the first error of ``call`` that is not temporary.
    """
    delay = FIRST_DELAY_SECONDS
    while True:
        try:
            return await call()
        except Exception as error:
            if not is_temporary(error):
                raise
        await asyncio.sleep(delay)
        delay = min(2 * delay, MAX_DELAY_SECONDS)
