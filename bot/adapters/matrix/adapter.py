"""The connection to a homeserver, by synchronization from a stored position."""

import logging
from functools import partial

from bot.adapters.intake import Intake
from bot.adapters.matrix.events import NAME
from bot.adapters.matrix.gateway import INVALID_TOKEN
from bot.adapters.matrix.inbox import Inbox
from bot.adapters.matrix.rooms import Rooms
from bot.adapters.stream_position import StreamPosition
from bot.core.errors import EmojiReactorError, PlatformRefused

logger = logging.getLogger(__name__)

SYNC_MILLISECONDS = 30_000
DRAIN_SECONDS = 5.0
_NOTHING: dict[str, list[str]] = {"types": []}
FILTER = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {"timeline": {"limit": 100}, "ephemeral": _NOTHING, "account_data": _NOTHING},
}
_REFUSED = "Matrix refused the token; log in with the bot's account again and copy its access token"


class MatrixAdapter:
    """Adapter of Matrix, on matrix-nio."""

    name = NAME

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._gateway = rooms.gateway

    async def run(self) -> None:
        """Answer until cancelled, then finish what was accepted.

        Raises:
            EmojiReactorError: the homeserver refused the token.
        """
        try:
            await self._gateway.request(self._gateway.client.whoami)
            await self._receive()
        except PlatformRefused as error:
            if error.reason != INVALID_TOKEN:
                raise
            raise EmojiReactorError(_REFUSED) from None
        finally:
            await self._gateway.client.close()

    async def _receive(self) -> None:
        account = f"{self._gateway.client.homeserver} {self._gateway.user}"
        position = StreamPosition(self._rooms.services, account)
        intake = Intake(self._rooms.services)
        try:
            await self._synchronize(Inbox(self._rooms, intake), position)
        finally:
            await intake.drain(DRAIN_SECONDS)
            await position.save()

    async def _synchronize(self, inbox: Inbox, position: StreamPosition) -> None:
        """Follow the account's events from the stored position, or from now on if there is none."""
        since, whole = await position.load(), True  # at first with all that is known of each room
        while True:
            timeout = 0 if whole else SYNC_MILLISECONDS
            request = partial(self._gateway.client.sync, timeout, FILTER, since, whole)
            try:
                response = await self._gateway.request(request, seconds=None)
            except PlatformRefused as error:
                if error.reason == INVALID_TOKEN or since is None or not whole:
                    raise
                logger.warning("Matrix does not know the stored position; going on from now")
                since = None
                continue
            self._rooms.services.connection.heard()
            if whole:
                logger.info("Matrix is connected")
            tasks = inbox.accept(response, news=since is not None)
            since, whole = response.next_batch, False
            await position.advance(since, tasks)
