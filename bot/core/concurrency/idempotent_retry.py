"""Repetition of calls that have the same effect once or twice."""

import asyncio
from collections.abc import Awaitable, Callable

FIRST_DELAY_SECONDS = 0.25


async def retry_idempotent(
    call: Callable[[], Awaitable[object]], is_temporary: Callable[[Exception], bool]
) -> None:
    """Repeat ``call``, with exponential backoff, while its errors are temporary.

    A call whose answer is lost may have had its effect: only one that is idempotent may be
    repeated. The caller limits the time.

    Raises:
        Exception: the first error of ``call`` that is not temporary.
    """
    delay = FIRST_DELAY_SECONDS
    while True:
        try:
            await call()
        except Exception as error:
            if not is_temporary(error):
                raise
        else:
            return
        await asyncio.sleep(delay)
        delay *= 2
