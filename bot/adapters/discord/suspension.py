"""Pauses in channels in which reactions are forbidden."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from cachetools import LRUCache

from bot.core.events import IncomingMessage, MessageRef, Outcome

logger = logging.getLogger(__name__)

MAX_REFUSALS = 5
"""Consecutive forbidden reactions after which a channel is suspended."""
FIRST_PAUSE_SECONDS = 300.0
MAX_PAUSE_SECONDS = 86_400.0
PAUSE_FACTOR = 4.0
MAX_CHANNELS = 10_000


@dataclass(slots=True)
class _Channel:
    refusals: int = 0
    """Refusals left unanswered by any success."""
    pause: float = FIRST_PAUSE_SECONDS
    """The length of the next pause, in seconds."""
    until: float = 0.0
    """The end of the pause, by the clock."""


class Suspensions:
    """Pauses by channel, each longer than the one before; threads count as their parent.

    A channel is tried again after the pause, or when permissions change in its server.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds."""
        self._clock = clock
        self._channels: LRUCache[MessageRef, _Channel] = LRUCache(MAX_CHANNELS)

    def is_suspended(self, message: IncomingMessage) -> bool:
        """Return True if the bot must not react in the message's channel at the moment."""
        channel = self._channels.get(_channel_of(message))
        return channel is not None and self._clock() < channel.until

    def on_outcome(self, message: IncomingMessage, outcome: Outcome) -> None:
        """Count the outcome of a message."""
        key = _channel_of(message)
        if outcome.shown:
            self._channels.pop(key, None)
        if outcome.refusal != "forbidden" or key.community == key.chat:  # a private chat
            return
        channel = self._channels.setdefault(key, _Channel())
        channel.refusals += 1
        if channel.refusals < MAX_REFUSALS or self._clock() < channel.until:
            return
        logger.warning(
            "reactions are forbidden in channel %s of server %s; next try there in %.0f minutes, or"
            " when permissions change",
            key.chat,
            key.community,
            channel.pause / 60,
        )
        channel.until = self._clock() + channel.pause
        channel.pause = min(PAUSE_FACTOR * channel.pause, MAX_PAUSE_SECONDS)
        channel.refusals = MAX_REFUSALS - 1  # one more refusal after the pause is enough

    def on_permissions_changed(self, guild: int) -> None:
        """Try all channels of a server again."""
        for key in [key for key in self._channels if key.community == str(guild)]:
            del self._channels[key]


def _channel_of(message: IncomingMessage) -> MessageRef:
    return replace(message.ref, chat=message.parent_chat or message.ref.chat, message="")
