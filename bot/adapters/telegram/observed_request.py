"""HTTP requests to Telegram, as signs of life of the connection."""

from typing import Any

from telegram.request import HTTPXRequest

from bot.core.connection import Connection

TOO_MANY_REQUESTS = 429
_POLL = "getupdates"
_ANSWER = b'{"ok":'
"""The beginning of what Telegram answers; a captive portal answers 200 with a page."""


class ObservedRequest(HTTPXRequest):
    """Reports each answered or failed poll to the connection, and counts every 429."""

    def __init__(self, connection: Connection, **options: Any) -> None:  # noqa: ANN401 - the base's
        """Report to ``connection``; ``options`` are those of the library's class."""
        super().__init__(**options)
        self._connection = connection

    async def do_request(
        self,
        url: str,
        *args: Any,  # noqa: ANN401 - the library's own
        **kwargs: Any,  # noqa: ANN401
    ) -> tuple[int, bytes]:
        """Pass a request on, and report how a poll ended."""
        is_poll = url.rpartition("/")[2].lower() == _POLL
        try:
            status, body = await super().do_request(url, *args, **kwargs)
        except Exception:
            if is_poll:
                self._connection.lost()
            raise
        if status == TOO_MANY_REQUESTS:
            self._connection.rate_limited += 1
        if is_poll and status < 400 and body.startswith(_ANSWER):
            self._connection.heard()
        elif is_poll:
            self._connection.lost()
        return status, body
