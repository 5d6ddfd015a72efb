"""Notices to the admins of a group about what the bot cannot see."""

from cachetools import LRUCache
from telegram import Chat, ChatMember, ChatMemberRestricted

from bot.adapters.telegram.context import AdapterContext
from bot.core.errors import StoreFailed
from bot.i18n import localize

GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
MAX_CHATS = 10_000


class AdminNotices:
    """Checks the bot's status in each group once, and when it changes."""

    def __init__(self, context: AdapterContext) -> None:
        self._context = context
        self._checked: LRUCache[int, None] = LRUCache(MAX_CHATS)

    def is_unchecked(self, chat: Chat) -> bool:
        """Return True for a group that was not checked yet."""
        return chat.type in GROUPS and chat.id not in self._checked

    async def check_chat(self, chat: Chat) -> None:
        """Fetch the bot's status in a group that was not checked yet."""
        if not self.is_unchecked(chat):
            return
        self._checked[chat.id] = None
        bot = self._context.bot
        me = await self._context.attempt(bot.get_chat_member(chat.id, bot.bot.id))
        if me is not None:
            await self.report_status(chat, me)

    async def report_status(self, chat: Chat, me: ChatMember, language: str | None = None) -> None:
        """Send the notice if the bot is in the group but no admin, once a group."""
        seen = me.status not in (ChatMember.MEMBER, ChatMember.RESTRICTED)
        if chat.type not in GROUPS or seen:
            return
        self._checked[chat.id] = None
        try:
            first = await self._context.services.store.admin_notices.claim(
                self._context.ref(chat, 0), "not_admin"
            )
        except StoreFailed:
            return
        if not first:
            return
        notice_language = language or await self._context.language(chat, None)
        key = "notice.not_admin" if await self._may_react(chat, me) else "notice.cannot_react"
        paragraphs = [localize(key, notice_language)]
        if not self._context.bot.bot.can_read_all_group_messages:
            paragraphs.append(
                localize("notice.privacy_mode", notice_language, chat=chat.title or "")
            )
        await self._context.attempt(
            self._context.bot.send_message(chat.id, "\n\n".join(paragraphs))
        )

    async def _may_react(self, chat: Chat, me: ChatMember) -> bool:
        """Return False if the group, or a restriction of the bot, forbids reactions."""
        if isinstance(me, ChatMemberRestricted):
            return me.can_react_to_messages is not False
        full = await self._context.attempt(self._context.bot.get_chat(chat.id))
        permissions = None if full is None else full.permissions
        return permissions is None or permissions.can_react_to_messages is not False
