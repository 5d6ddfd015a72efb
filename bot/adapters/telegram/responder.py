"""Reacts in one Telegram chat."""

import asyncio
from collections.abc import Sequence

from telegram import Bot, ReactionTypeEmoji

from bot.adapters.telegram.chats import AllowedReactions
from bot.adapters.telegram.refusals import reason
from bot.core.errors import Refused
from bot.core.events import MessageRef
from model import Prediction
from model.emoji import TELEGRAM_REACTIONS

REACTION_PATIENCE = 30.0
"""Seconds: a later reaction is worse than none."""


class Responder:
    """A ``ChatPlatform`` for one chat: the ref of a private one does not tell its id."""

    def __init__(self, bot: Bot, allowed: AllowedReactions, chat: int) -> None:
        """Answer in ``chat``; ``allowed`` hears where what it knows is out of date."""
        self._bot = bot
        self._allowed = allowed
        self._chat = chat

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """React with the best.

        Raises:
            Refused: Telegram said no, with a named reason.
        """
        await self.react(ref, [predictions[0].emoji])

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show the first emoji: a bot has one reaction on a message.

        Raises:
            Refused: Telegram said no, with a named reason.
        """
        stored = TELEGRAM_REACTIONS.get(emojis[0])
        if stored is None:
            raise Refused("reaction_invalid")
        try:
            async with asyncio.timeout(REACTION_PATIENCE):
                await self._bot.set_message_reaction(
                    self._chat, int(ref.message), ReactionTypeEmoji(stored)
                )
        except Exception as error:
            if reason(error) == "reaction_invalid":
                self._allowed.forget(self._chat)
            raise Refused(reason(error)) from None
