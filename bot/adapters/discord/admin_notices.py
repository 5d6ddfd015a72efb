"""Notices to the owner of a server."""

import logging

import discord

from bot.adapters.discord.errors import error_name
from bot.core.events import MessageRef
from bot.i18n import localize

logger = logging.getLogger(__name__)


class AdminNotices:
    """Private messages to owners, through one client."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def report_disabled(self, chat: MessageRef) -> None:
        """Tell the owner of a server that a channel was turned off. Never raises."""
        guild = self._client.get_guild(int(chat.community))
        if guild is None or guild.owner_id is None:
            return
        channel = f"{guild.name} <#{chat.chat}>"
        text = localize("notice.turned_off", str(guild.preferred_locale), chat=channel)
        try:
            # create_dm sends the id as a number, and Discord documents it as a string.
            private = await self._client.http.start_private_message(str(guild.owner_id))
            await self._client.get_partial_messageable(int(private["id"])).send(text)
        except Exception as error:
            logger.info("the owner of server %d was not reached: %s", guild.id, error_name(error))
