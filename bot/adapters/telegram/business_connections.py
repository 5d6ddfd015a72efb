"""Business accounts that connected the bot, with the rights that they gave it."""

from cachetools import TTLCache
from telegram import BusinessConnection

from bot.adapters.telegram.context import AdapterContext
from bot.core.errors import StoreFailed
from bot.i18n import localize

MAX_CONNECTIONS = 10_000
TTL_SECONDS = 300.0
"""Another process may get the update that says that a connection has changed."""


def may_reply(connection: BusinessConnection) -> bool:
    """Return True if the bot may send messages in the account's name."""
    rights = connection.rights
    return connection.is_enabled and rights is not None and rights.can_reply is True


class BusinessConnections:
    """Cache of connections, which tells the owners of accounts once what connecting does."""

    def __init__(self, context: AdapterContext) -> None:
        """Start empty."""
        self._context = context
        self._known: TTLCache[str, BusinessConnection] = TTLCache(MAX_CONNECTIONS, TTL_SECONDS)

    def remember(self, connection: BusinessConnection) -> None:
        """Keep a connection as it is now."""
        self._known[connection.id] = connection

    async def find(self, connection_id: str) -> BusinessConnection | None:
        """Return a connection; None if Telegram does not tell it."""
        known = self._known.get(connection_id)
        if known is not None:
            return known
        asking = self._context.bot.get_business_connection(connection_id)
        connection = await self._context.attempt(asking)
        if connection is not None:
            self.remember(connection)
        return connection

    async def explain(self, connection: BusinessConnection) -> None:
        """Tell an owner what a new connection does, or lacks: each once."""
        if not connection.is_enabled:
            return
        name = "business" if may_reply(connection) else "business_no_reply"
        owner = self._context.member_ref(connection.user.id)
        try:
            first = await self._context.services.store.admin_notices.claim(owner, name)
        except StoreFailed:
            return
        if first:
            text = localize(f"notice.{name}", connection.user.language_code)
            await self._context.attempt(
                self._context.bot.send_message(connection.user_chat_id, text)
            )
