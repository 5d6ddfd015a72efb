"""Shows answers on Discord."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.adapters.discord.buttons import prediction_buttons
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.emojis import to_wire
from bot.adapters.discord.errors import error_name
from bot.adapters.discord.events import ref as place
from bot.adapters.discord.permissions import may_react
from bot.core.errors import PlatformRefused
from bot.core.events import MessageRef
from model import Prediction

if TYPE_CHECKING:
    from discord.types.message import MessageReference as Written

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0
"""Seconds, the least that discord.py takes: a later answer is worse than none."""


UNKNOWN_REFERENCE = 50035


class _Reference(discord.MessageReference):
    """What a reply answers, with ids as Discord describes them: the library's are numbers."""

    def __init__(self, ref: MessageRef) -> None:
        super().__init__(message_id=int(ref.message), channel_id=int(ref.chat))
        self._written: Written = {
            "message_id": ref.message,
            "channel_id": ref.chat,
        }

    def to_message_reference_dict(self) -> "Written":
        return self._written


class Responder:
    """A ``ChatPlatform`` through one client."""

    def __init__(self, client: discord.Client, context: AdapterContext) -> None:
        """Keep in ``context`` which message answers which."""
        self._client = client
        self._context = context

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Add the emojis in order; one that Discord does not know is passed over.

        Raises:
            Refused: none was added, with the last reason.
        """
        added, refusal = 0, None
        for emoji in emojis:
            refusal = await self._add(ref, emoji)
            if refusal is None:
                added += 1
            elif refusal != "unknown_emoji":
                break  # the others would be refused alike
        if refusal and not added:
            raise PlatformRefused(refusal)

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Answer with the best emoji over buttons with all of them.

        Raises:
            Refused: the answer was not sent, with the reason.
        """
        view = prediction_buttons(ref, predictions, self._guild(ref))
        best = view.best
        if best is None:
            raise PlatformRefused("unknown_emoji")
        if self._context.request_guard.is_holding_back:
            raise PlatformRefused("held_back")
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                sent = await self._chat(ref).send(
                    best, view=view, reference=_Reference(ref), mention_author=False, silent=True
                )
        except Exception as error:
            raise PlatformRefused(_reply_refusal(error)) from None
        view.stop()  # presses are found by their ids, after a restart as well
        guild = None if ref.community == ref.chat else int(ref.community)
        self._context.answered_refs[place(guild, int(ref.chat), sent.id)] = ref

    async def _add(self, ref: MessageRef, emoji: str) -> str | None:
        """Why the emoji was not added, or None."""
        wire = to_wire(emoji, self._guild(ref))
        if wire is None:
            return "unknown_emoji"
        if self._context.request_guard.is_holding_back:
            return "held_back"
        if not may_react(self._client.get_channel(int(ref.chat))):
            return "forbidden"
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._message(ref).add_reaction(wire)
        except Exception as error:
            return _told(error)
        return None

    def _message(self, ref: MessageRef) -> discord.PartialMessage:
        return self._chat(ref).get_partial_message(int(ref.message))

    def _chat(self, ref: MessageRef) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(ref.chat))

    def _guild(self, ref: MessageRef) -> discord.Guild | None:
        return self._client.get_guild(int(ref.community))


def _told(error: Exception) -> str:
    logger.debug("an answer was refused: %s", error_name(error))
    return error_name(error)


def _reply_refusal(error: Exception) -> str:
    # A reply to what is gone is told as a form that is filled in wrongly.
    gone = isinstance(error, discord.HTTPException) and error.code == UNKNOWN_REFERENCE
    return "message_gone" if gone else _told(error)
