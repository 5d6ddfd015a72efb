"""Reactions and replies on Telegram."""

from collections.abc import Sequence

from telegram import Message, ReplyParameters
from telegram.error import BadRequest, NetworkError

from bot.adapters.telegram import buttons
from bot.adapters.telegram.allowed_reactions import ALL_REACTIONS
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import thread_of
from bot.core.concurrency.idempotent_retry import retry_idempotent
from bot.core.errors import PlatformRefused
from bot.core.events import MessageRef
from bot.i18n import localize
from model import Prediction

REACTION_TIMEOUT_SECONDS = 10.0
"""Flood limits included: a later reaction is worse than none."""
REPLY_TIMEOUT_SECONDS = 30.0


def is_unreachable(error: Exception) -> bool:
    """Return True if Telegram cannot be reached or fails itself."""
    # A BadRequest is a NetworkError to the library.
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


class Responder:
    """A ``ChatPlatform`` for one message: the ref of a private chat does not hold its id."""

    def __init__(self, context: AdapterContext, message: Message) -> None:
        """Answer ``message``."""
        self._context = context
        self._message = message

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Set the first emoji: a bot has one reaction on a message.

        Raises:
            PlatformRefused: with the name of the error.
        """
        await self._react(ref, emojis[0])

    async def react_big(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Set the first emoji, with a large animation.

        Raises:
            PlatformRefused: with the name of the error.
        """
        await self._react(ref, emojis[0], is_big=True)

    async def _react(self, ref: MessageRef, emoji: str, *, is_big: bool | None = None) -> None:
        chat = self._message.chat_id
        allowed = await self._context.allowed_reactions.get(chat)
        reaction = allowed.get(emoji) or ALL_REACTIONS.get(emoji)
        if reaction is None:
            raise PlatformRefused("reaction_invalid")

        async def set_reaction() -> None:
            await self._context.bot.set_message_reaction(chat, int(ref.message), reaction, is_big)

        # The same reaction twice is one: a call whose result is unknown can be repeated.
        setting = retry_idempotent(set_reaction, is_unreachable)
        try:
            await self._context.within(REACTION_TIMEOUT_SECONDS, setting, self._message.chat)
        except PlatformRefused as refusal:
            if refusal.reason == "reaction_invalid":
                self._context.allowed_reactions.refuse(chat, reaction)
            raise

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Reply with the emojis as buttons, in the message's topic.

        Raises:
            PlatformRefused: with the name of the error.
        """
        message = self._message
        language = await self._context.language_of(message)
        sending = self._context.bot.send_message(
            message.chat_id,
            localize("emoji.offer", language),
            message_thread_id=thread_of(message),
            reply_parameters=ReplyParameters(int(ref.message)),
            reply_markup=buttons.prediction_buttons(ref.message, predictions, language),
        )
        await self._context.within(REPLY_TIMEOUT_SECONDS, sending, message.chat)
