"""A command as its handlers see it."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, ReplyParameters

from bot.adapters.telegram.buttons import message_of
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.events import thread_of
from bot.core.events import MessageRef
from bot.i18n import localize


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Somebody gave a command."""

    context: AdapterContext
    message: Message
    argument: str
    """What follows the command's name."""
    language: str

    @property
    def user(self) -> int | None:
        """The member's id; None where a group or a channel speaks."""
        if self.message.sender_chat or self.message.from_user is None:
            return None
        return self.message.from_user.id

    def localize(self, key: str, **values: object) -> str:
        """The text in the language of this talk."""
        return localize(key, self.language, **values)

    async def reply(self, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """Answer under the command, in its topic."""
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

    @property
    def reply_to(self) -> ReplyParameters:
        """That an answer stands under the command, even where that was deleted meanwhile."""
        return ReplyParameters(self.message.message_id, allow_sending_without_reply=True)

    @property
    def replied_ref(self) -> MessageRef | None:
        """The message that the command answers; for one of the bot's offers what it is for."""
        replied = self.message.reply_to_message
        if replied is None:
            return None
        number = message_of(replied.reply_markup) or str(replied.message_id)
        return self.context.ref(self.message.chat, int(number))
