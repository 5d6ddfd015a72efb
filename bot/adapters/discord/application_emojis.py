"""Emojis of the bot's own application, which it can use in every server and private chat."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping

import discord

from bot.database.application_emojis import ApplicationEmojiStore
from bot.log import describe

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 60.0
"""Time after which a change by the operator is noticed: Discord sends no event."""


class ApplicationEmojis:
    """The application's emojis, with the standard emojis for which they stand."""

    def __init__(self) -> None:
        """Start without any, to be read at once."""
        self.images: Mapping[str, discord.Emoji] = {}
        """Standard emoji -> the application's emoji that is shown in its place."""
        self.meanings: Mapping[int, tuple[str, ...]] = {}
        """Id -> the standard emojis for which it stands; only of those that stand for any."""
        self.named: tuple[discord.Emoji, ...] = ()
        """Those that stand for none: they are custom emojis, known by their names."""
        self.next_reading = 0.0
        """By ``time.monotonic``; the clients of a process share what was read."""

    def update(
        self, emojis: Iterable[discord.Emoji], meanings: Mapping[int, tuple[str, ...]]
    ) -> None:
        """Take over what the application has now; of two for one emoji, the older one is shown."""
        before = len(self.meanings) + len(self.named)
        usable = sorted((each for each in emojis if each.available), key=lambda each: each.id)
        self.meanings = {e.id: meanings[e.id] for e in usable if meanings.get(e.id)}
        self.named = tuple(each for each in usable if each.id not in self.meanings)
        self.images = {
            emoji: image for image in reversed(usable) for emoji in self.meanings.get(image.id, ())
        }
        if len(usable) != before:
            logger.info("emojis of the application: %d", len(usable))

    def forget(self, wire: object) -> bool:
        """Stop using an emoji that Discord does not know any more; return if it was in use."""
        if wire not in self.images.values():
            return False
        self.images = {emoji: image for emoji, image in self.images.items() if image != wire}
        return True

    def forget_images(self) -> bool:
        """Show no image until the emojis are read again; return if there were any."""
        had_images, self.images = bool(self.images), {}
        return had_images


async def keep_current(
    client: discord.Client, store: ApplicationEmojiStore, emojis: ApplicationEmojis
) -> None:
    """Read the application's emojis again and again, until cancelled.

    While they cannot be read, the former ones are used.
    """
    while True:
        if emojis.next_reading <= time.monotonic():
            emojis.next_reading = time.monotonic() + REFRESH_SECONDS
            try:
                emojis.update(await client.fetch_application_emojis(), await store.meanings())
            except Exception as error:
                logger.warning("the application's emojis could not be read: %s", describe(error))
        await asyncio.sleep(REFRESH_SECONDS)
