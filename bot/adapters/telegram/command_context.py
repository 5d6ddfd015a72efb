"""The context of one command."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, ReplyParameters

from bot.adapters.telegram.buttons import message_of
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import thread_of
from bot.core.events import MessageRef
from bot.i18n import localize


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A command with the message that gives it."""

    context: AdapterContext
    message: Message
    argument: str
    """The text after the command's name."""
    language: str

    @property
    def user(self) -> int | None:
        """The id of the member; None if a group or a channel sent the command."""
        if self.message.sender_chat or self.message.from_user is None:
            return None
        return self.message.from_user.id

    def localize(self, key: str, **values: object) -> str:
        """Return the text under ``key`` in the language of the chat."""
        return localize(key, self.language, **values)

    async def reply(self, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """Reply to the command, in its topic."""
        message = self.message
        await self.context.attempt(
            self.context.bot.send_message(
                message.chat_id,
                text,
                message_thread_id=thread_of(message),
                reply_parameters=self.reply_to,
                reply_markup=buttons,
            ),
            message.chat,
        )

    async def reply_photo(self, image: bytes, caption: str) -> None:
        """Reply to the command with a picture."""
        await self.context.attempt(
            self.context.bot.send_photo(
                self.message.chat_id,
                image,
                caption=caption,
                message_thread_id=thread_of(self.message),
                reply_parameters=self.reply_to,
            )
        )

    @property
    def reply_to(self) -> ReplyParameters:
        """The reference to the command, valid even if it is deleted meanwhile."""
        return ReplyParameters(self.message.message_id, allow_sending_without_reply=True)

    @property
    def replied_ref(self) -> MessageRef | None:
        """The message that the command replies to; for the bot's reply, the one that it answers."""
        replied = self.message.reply_to_message
        if replied is None:
            return None
        number = message_of(replied.reply_markup) or str(replied.message_id)
        return self.context.ref(self.message.chat, int(number))
