"""Claims on the updates of one bot, kept while the store is away."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import NAME
from bot.core.concurrency.store_retry import StoreRetry, retry_until_stored
from bot.core.errors import StoreFailed
from bot.log import describe

logger = logging.getLogger(__name__)

NO_LEASE = timedelta(0)
"""Only one process polls: what another one left unfinished has no worker any more."""


class UpdateClaims:
    """The claims of one bot; another server of the Bot API has numbers of its own."""

    def __init__(self, context: AdapterContext) -> None:
        """Claim in the store of ``context``."""
        self._store = context.services.store.update_claims
        base_url = context.services.settings.base_url
        server = "" if base_url is None else f"@{_short_hash(base_url)}"
        self._receiver = f"{NAME}:{context.bot.bot.id}{server}"

    async def claim(self, numbers: Sequence[int], lease: timedelta = NO_LEASE) -> set[int]:
        """Claim the updates without a worker, or whose worker is silent for ``lease``.

        Raises:
            StoreFailed: none was claimed.
        """
        now = datetime.now(UTC)
        return await self._store.claim(self._receiver, numbers, now, now - lease)

    async def claim_all(self, numbers: Sequence[int]) -> set[int]:
        """Claim the polled updates; wait while the store is away."""
        claimed: set[int] = set()

        async def claim() -> None:
            claimed.update(await self.claim(numbers))

        await retry_until_stored(claim)
        return claimed

    async def forget(self) -> None:
        """Forget all claims, after the numbers restarted; wait while the store is away."""
        await retry_until_stored(partial(self._store.forget, self._receiver))

    async def is_handled(self, number: int) -> bool:
        """Return True if an update was finished, here or in another process.

        Raises:
            StoreFailed: the store cannot be read.
        """
        return await self._store.is_handled(self._receiver, number)

    async def mark_handled(self, number: int) -> None:
        """Record that an update is handled; wait while the store is away."""
        await retry_until_stored(
            lambda: self._store.mark_handled(self._receiver, number, datetime.now(UTC))
        )

    async def run(self, number: int, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work of a claimed update; while the store is away, keep the claim and try again.

        Raises:
            StoreFailed: the store refused it although it answers.
        """
        renew = partial(self._renew, number)
        try:
            await StoreRetry(renew).run(work)
        except StoreFailed as error:
            logger.error("Telegram update %d was not stored: %s", number, describe(error))
            raise

    async def _renew(self, number: int) -> None:
        await self._store.renew(self._receiver, number, datetime.now(UTC))


def _short_hash(url: str) -> str:
    return sha256(url.rstrip("/").encode()).hexdigest()[:16]
