"""Answers in the chats of business accounts, in the accounts' names."""

from collections.abc import Sequence
from contextlib import suppress

from telegram import Message, ReplyParameters

from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import REACTION_TIMEOUT_SECONDS
from bot.core.errors import PlatformRefused, StoreFailed
from bot.core.events import MessageRef
from bot.database.related_events import RelatedEvent
from model import Prediction


class BusinessResponder:
    """A ``ChatPlatform`` for one message of a business account's chat."""

    def __init__(self, context: AdapterContext, message: Message, connection_id: str) -> None:
        """Answer ``message`` through a business connection."""
        self._context = context
        self._message = message
        self._connection_id = connection_id

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Send the first emoji as a reply: a bot cannot react in these chats.

        Raises:
            PlatformRefused: with the name of the error.
        """
        sending = self._context.bot.send_message(
            self._message.chat_id,
            emojis[0],
            business_connection_id=self._connection_id,
            reply_parameters=ReplyParameters(self._message.message_id),
        )
        sent = await self._context.within(REACTION_TIMEOUT_SECONDS, sending, self._message.chat)
        with suppress(StoreFailed):  # its deletion will not be understood
            related = RelatedEvent(ref, str(sent.message_id), emojis[0])
            await self._context.services.store.related_events.add(related)

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Offer nothing: buttons would be for the account's owner, and others would see them.

        Raises:
            PlatformRefused: always.
        """
        raise PlatformRefused("no_buttons")
