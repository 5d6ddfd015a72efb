"""Notifications to systemd, by the protocol of ``sd_notify``."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

logger = logging.getLogger(__name__)


class ServiceManager:
    """The service manager that started this process; without one, notifications go nowhere."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``."""
        address = environment.get("NOTIFY_SOCKET", "")
        # An abstract socket is written with an @.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        limit = environment.get("WATCHDOG_USEC", "")
        own = environment.get("WATCHDOG_PID") in (None, str(os.getpid()))
        self._watchdog_seconds = int(limit) / 1e6 if own and limit.isdecimal() else 0.0

    def notify(self, state: str) -> None:
        """Send a state such as ``READY=1``; a failure is logged."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto(state.encode(), self._address)
        except OSError as error:
            logger.warning("the service manager cannot be notified: %s", error.strerror)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Report the start and the stop, and in between that the event loop runs."""
        self.notify("READY=1")
        watchdog = asyncio.create_task(self._feed_watchdog())
        try:
            yield
        finally:
            self.notify("STOPPING=1")
            watchdog.cancel()

    async def _feed_watchdog(self) -> None:
        while self._watchdog_seconds:
            self.notify("WATCHDOG=1")
            await asyncio.sleep(self._watchdog_seconds / 3)
