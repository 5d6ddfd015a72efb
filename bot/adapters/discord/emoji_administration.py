"""Changes of the application's emojis by the operator, by requests without a gateway."""

import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil

import discord

from bot.adapters.discord.endpoints import configure, requests_client
from bot.adapters.discord.errors import TOKEN_REFUSED
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.database.application_emojis import ApplicationEmojiStore

MAX_EMOJIS = 2000
"""Emojis that an application may have."""
MAX_IMAGE_BYTES = 256 << 10
_NAME = re.compile(r"[A-Za-z0-9_]{2,32}")


class EmojiRefused(EmojiReactorError):
    """A change of the application's emojis that cannot be made."""


@dataclass(frozen=True, slots=True)
class ApplicationEmoji:
    """An emoji of the application, and the standard emojis for which it stands."""

    id: int
    name: str
    stands_for: tuple[str, ...] = ()


class EmojiAdministration:
    """The application's emojis on Discord, with their meanings in the database."""

    def __init__(self, client: discord.Client, store: ApplicationEmojiStore) -> None:
        """Use a client that is logged in."""
        self._client = client
        self._store = store

    async def all(self) -> list[ApplicationEmoji]:
        """Return the application's emojis by name."""
        meanings = await self._store.meanings()
        emojis = await self._client.fetch_application_emojis()
        found = [ApplicationEmoji(e.id, e.name, meanings.get(e.id, ())) for e in emojis]
        return sorted(found, key=lambda emoji: emoji.name)

    async def add(self, image: bytes, name: str, stands_for: Collection[str]) -> ApplicationEmoji:
        """Upload an image under a name.

        Raises:
            EmojiRefused: another emoji has the name or the meaning, or Discord takes no such image.
        """
        if not _NAME.fullmatch(name):
            raise EmojiRefused(f"{name}: --name takes 2 to 32 letters, digits and underscores")
        if len(image) > MAX_IMAGE_BYTES:
            size = ceil(len(image) / 1024)
            raise EmojiRefused(f"the image has {size} KiB, and Discord takes 256; make it smaller")
        there = await self.all()
        if any(each.name == name for each in there):
            raise EmojiRefused(f":{name}: is there already; remove it, or choose another --name")
        if len(there) >= MAX_EMOJIS:
            raise EmojiRefused(f"the application has {MAX_EMOJIS} emojis; remove some")
        _require_free(there, stands_for)
        try:
            created = await self._client.create_application_emoji(name=name, image=image)
        except ValueError:
            raise EmojiRefused("the file is no PNG, JPEG, GIF or WebP image") from None
        await self._store.assign(created.id, tuple(stands_for))
        return ApplicationEmoji(created.id, name, tuple(stands_for))

    async def assign(self, name: str, stands_for: Collection[str]) -> None:
        """Change for which emojis one stands; for none, it is known by its name alone.

        Raises:
            EmojiRefused: there is no such emoji, or another one has the meaning.
        """
        there = await self.all()
        found = _by_name(there, name)
        _require_free([each for each in there if each != found], stands_for)
        await self._store.assign(found.id, tuple(stands_for))

    async def remove(self, name: str) -> None:
        """Delete an emoji and its meaning.

        Raises:
            EmojiRefused: there is no such emoji.
        """
        found = _by_name(await self.all(), name)
        await (await self._client.fetch_application_emoji(found.id)).delete()
        await self._store.assign(found.id, ())


@asynccontextmanager
async def administration(
    settings: Settings, token: str, store: ApplicationEmojiStore
) -> AsyncIterator[EmojiAdministration]:
    """Log in for as long as the context lasts; refusals become errors of one line.

    Raises:
        EmojiRefused: Discord refuses the token or a change, or cannot be reached.
    """
    configure(settings.discord)
    try:
        async with requests_client(settings.discord, settings.network.proxy) as client:
            await client.login(token)
            yield EmojiAdministration(client, store)
    except discord.LoginFailure:
        raise EmojiRefused(TOKEN_REFUSED) from None
    except discord.HTTPException as error:
        reason = " ".join(error.text.split()) or "no reason given"
        raise EmojiRefused(f"Discord refused it with status {error.status}: {reason}") from None
    except (OSError, TimeoutError) as error:
        cause = type(error).__name__
        raise EmojiRefused(f"no answer from Discord ({cause}); see emoji-reactor doctor") from None


def _by_name(emojis: Collection[ApplicationEmoji], name: str) -> ApplicationEmoji:
    found = next((emoji for emoji in emojis if emoji.name == name.strip(":")), None)
    if found is None:
        raise EmojiRefused(f"{name}: the application has no such emoji; see discord emojis list")
    return found


def _require_free(others: Collection[ApplicationEmoji], stands_for: Collection[str]) -> None:
    for other in others:
        for emoji in stands_for:
            if emoji in other.stands_for:
                raise EmojiRefused(f"{emoji}: :{other.name}: stands for it; assign that one anew")
