"""Reactions and replies on Discord."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.adapters.discord.buttons import prediction_buttons
from bot.adapters.discord.command_context import button_row
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.emojis import Emojis
from bot.adapters.discord.errors import UNKNOWN_EMOJI, error_name, is_unreachable
from bot.adapters.discord.permissions import may_react
from bot.core.concurrency.idempotent_retry import retry_idempotent
from bot.core.errors import PlatformRefused
from bot.core.events import MessageRef
from model import Prediction
from model.emoji import is_custom_emoji

if TYPE_CHECKING:
    from discord.types.message import MessageReference as ReferencePayload

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0
"""The minimum of discord.py: a later answer is worse than none."""


INVALID_FORM_CODE = 50035


class _Reference(discord.MessageReference):
    """A message reference with ids as text, as Discord documents; the library sends numbers."""

    def __init__(self, ref: MessageRef) -> None:
        super().__init__(message_id=int(ref.message), channel_id=int(ref.chat))
        self._payload: ReferencePayload = {
            "message_id": ref.message,
            "channel_id": ref.chat,
        }

    def to_message_reference_dict(self) -> "ReferencePayload":
        return self._payload


class Responder:
    """A ``ChatPlatform`` through one client."""

    def __init__(self, client: discord.Client, context: AdapterContext) -> None:
        """Heed in ``context`` what Discord refuses, and which emojis it does not know."""
        self._client = client
        self._context = context

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Add the emojis in order; one that Discord does not know is skipped.

        Raises:
            PlatformRefused: none was added, with the last reason.
        """
        added, refusal = 0, None
        for emoji in emojis:
            refusal = await self._add(ref, emoji)
            if refusal is None:
                added += 1
            elif refusal != UNKNOWN_EMOJI:
                break  # the others would be refused as well
        if refusal and not added:
            raise PlatformRefused(refusal)

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Reply with the best emoji above buttons with all of them.

        Raises:
            PlatformRefused: the reply was not sent, with the reason.
        """
        buttons = prediction_buttons(ref, predictions, self._emojis(ref))
        if not buttons:
            raise PlatformRefused(UNKNOWN_EMOJI)
        if self._context.request_guard.is_holding_back:
            raise PlatformRefused("held_back")
        view = button_row(buttons)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._chat(ref).send(
                    buttons[0].markup,
                    view=view,
                    reference=_Reference(ref),
                    mention_author=False,
                    silent=True,
                    nonce=ref.message,  # a reply sent again within minutes stays one
                )
        except Exception as error:
            refusal = _reply_refusal(error)
            if refusal != UNKNOWN_EMOJI or not self._context.application_emojis.forget_images():
                raise PlatformRefused(refusal) from None
            await self.reply(ref, predictions)  # with the emojis themselves, without images
            return
        view.stop()

    async def _add(self, ref: MessageRef, emoji: str) -> str | None:
        """Add an emoji; return the name of the refusal, or None."""
        wire = self._emojis(ref).to_wire(emoji)
        if wire is None:
            return self._forget(emoji)
        if self._context.request_guard.is_holding_back:
            return "held_back"
        if not may_react(self._client.get_channel(int(ref.chat))):
            return "forbidden"
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                # The same reaction twice is one: a call whose result is unknown can be repeated.
                await retry_idempotent(
                    lambda: self._message(ref).add_reaction(wire), is_unreachable
                )
        except Exception as error:
            refusal = _refusal(error)
            if refusal != UNKNOWN_EMOJI:
                return refusal
            if self._context.application_emojis.forget(wire):
                return await self._add(ref, emoji)  # the emoji itself, without its image
            return self._forget(emoji)
        return None

    def _forget(self, emoji: str) -> str:
        """Keep an emoji from being tried again; return the name of the refusal."""
        if not is_custom_emoji(emoji) and emoji not in self._context.unknown_emojis:
            self._context.unknown_emojis[emoji] = None
            logger.info("Discord does not know the emoji %s; others are shown for a day", emoji)
        return UNKNOWN_EMOJI

    def _message(self, ref: MessageRef) -> discord.PartialMessage:
        return self._chat(ref).get_partial_message(int(ref.message))

    def _chat(self, ref: MessageRef) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(ref.chat))

    def _emojis(self, ref: MessageRef) -> Emojis:
        return self._context.emojis(self._client.get_guild(int(ref.community)))


def _refusal(error: Exception) -> str:
    logger.debug("Discord refused a call: %s", error_name(error))
    return error_name(error)


def _reply_refusal(error: Exception) -> str:
    """Return the name of a refusal; a form is invalid by a deleted message or a button's emoji."""
    if isinstance(error, discord.HTTPException) and error.code == INVALID_FORM_CODE:
        return UNKNOWN_EMOJI if "emoji" in error.text.lower() else "message_gone"
    return _refusal(error)
