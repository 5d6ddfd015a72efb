"""Tells the admins of a group once what the bot cannot see."""

from cachetools import LRUCache
from telegram import Chat, ChatMember

from bot.adapters.telegram.context import AdapterContext
from bot.core.errors import StoreFailed
from bot.i18n import localize

GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
CHATS = 10_000


class AdminNotices:
    """Looks at each group once, and again when the bot's standing there changes."""

    def __init__(self, context: AdapterContext) -> None:
        """Have looked at none."""
        self._context = context
        self._looked: LRUCache[int, None] = LRUCache(CHATS)

    async def check_chat(self, chat: Chat) -> None:
        """Ask Telegram for the bot's standing in a group that was not looked at yet."""
        if chat.type not in GROUPS or chat.id in self._looked:
            return
        self._looked[chat.id] = None
        bot = self._context.bot
        me = await self._context.attempt(bot.get_chat_member(chat.id, bot.bot.id))
        if me is not None:
            await self.report_status(chat, me)

    async def report_status(self, chat: Chat, me: ChatMember, language: str | None = None) -> None:
        """Say what the bot cannot see where it is in the group and no admin."""
        seen = me.status not in (ChatMember.MEMBER, ChatMember.RESTRICTED)
        if chat.type not in GROUPS or seen:
            return
        self._looked[chat.id] = None
        try:
            first = await self._context.services.store.admin_notices.claim(
                self._context.ref(chat, 0), "not_admin"
            )
        except StoreFailed:
            return
        if not first:
            return
        spoken = language or await self._context.language(chat, None)
        words = [localize("notice.not_admin", spoken)]
        if not self._context.bot.bot.can_read_all_group_messages:
            words.append(localize("notice.privacy_mode", spoken, chat=chat.title or ""))
        await self._context.attempt(self._context.bot.send_message(chat.id, "\n\n".join(words)))
