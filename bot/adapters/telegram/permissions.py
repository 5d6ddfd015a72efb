"""Rights of members and of the bot in a chat."""

from telegram import Chat, ChatMember

from bot.adapters.telegram.context import AdapterContext


async def is_admin(
    context: AdapterContext, chat: Chat, sender: Chat | None, user: int | None
) -> bool:
    """Return True if the sender is an admin of the chat; in a private chat every member is.

    ``sender`` is the group or channel that the message is sent as, if any.
    """
    if chat.type == Chat.PRIVATE:
        return True
    if sender is not None:
        return sender.id == chat.id  # only admins can send as a group or a channel
    if user is None:
        return False
    member = await context.attempt(context.bot.get_chat_member(chat.id, user))
    return member is not None and member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
